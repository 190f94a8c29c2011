import File from "@lucide/svelte/icons/file";
import FileArchive from "@lucide/svelte/icons/file-archive";
import FileHeadphone from "@lucide/svelte/icons/file-headphone";
import FileImage from "@lucide/svelte/icons/file-image";
import FilePlay from "@lucide/svelte/icons/file-play";
import FileSpreadsheet from "@lucide/svelte/icons/file-spreadsheet";
import FileText from "@lucide/svelte/icons/file-text";

const KINDS: [RegExp, typeof File][] = [
  [/^image\//, FileImage],
  [/^video\//, FilePlay],
  [/^audio\//, FileHeadphone],
  [/spreadsheet|excel|\/csv/, FileSpreadsheet],
  [/zip|compressed|x-(?:7z|tar|rar)|gzip/, FileArchive],
  [/^text\/|pdf|wordprocessing|opendocument\.text|msword|rtf/, FileText],
];

/** The picture of a media type. Senders say what they like: it decides about a picture and nothing else. */
export function iconOf(mediaType: string): typeof File {
  return KINDS.find(([pattern]) => pattern.test(mediaType))?.[1] ?? File;
}
