import ArrowUpDown from "@lucide/svelte/icons/arrow-up-down";
import HardDrive from "@lucide/svelte/icons/hard-drive";
import Shield from "@lucide/svelte/icons/shield";
import SunMoon from "@lucide/svelte/icons/sun-moon";
import type { Component } from "svelte";
import type { MessageKey } from "$lib/i18n/translate";
import type { SettingsPart } from "$lib/router/routes";

export type SettingsSection = { part: SettingsPart; label: MessageKey & ("appearance" | "sending" | "security" | "storage_title"); icon: Component<{ size?: number | string }> };

/** The sections of the settings, in the order in which they are listed; the palette offers each of them too. */
export const sections: readonly SettingsSection[] = [
  { part: "appearance", label: "appearance", icon: SunMoon },
  { part: "sending", label: "sending", icon: ArrowUpDown },
  { part: "security", label: "security", icon: Shield },
  { part: "storage", label: "storage_title", icon: HardDrive },
];
