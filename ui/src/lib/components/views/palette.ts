import Briefcase from "@lucide/svelte/icons/briefcase";
import FileText from "@lucide/svelte/icons/file-text";
import Keyboard from "@lucide/svelte/icons/keyboard";
import Languages from "@lucide/svelte/icons/languages";
import Lock from "@lucide/svelte/icons/lock";
import MessageSquare from "@lucide/svelte/icons/message-square";
import Moon from "@lucide/svelte/icons/moon";
import RotateCw from "@lucide/svelte/icons/rotate-cw";
import Send from "@lucide/svelte/icons/send";
import Sun from "@lucide/svelte/icons/sun";
import UserPlus from "@lucide/svelte/icons/user-plus";
import type { Component } from "svelte";
import { sections } from "$lib/components/settings/sections";
import { useI18n } from "$lib/i18n/i18n.svelte";
import { useRouter } from "$lib/router/router.svelte";
import { home, toSettings } from "$lib/router/routes";
import { useApp } from "$lib/state/app.svelte";
import { lockNow } from "$lib/state/lock";
import { isMac } from "$lib/state/shortcuts";

export type PaletteAction = { id: string; label: string; icon: Component<{ size?: number | string }>; keys?: string; run: () => void };

/** What the palette offers besides projects, in the language of the moment. */
export function usePaletteActions(window: { shortcuts: () => void }): () => PaletteAction[] {
  const app = useApp();
  const router = useRouter();
  const i18n = useI18n();
  return () => [
    { id: "projects", label: i18n.t("palette_go", { place: i18n.t("nav_projects") }), icon: Briefcase, keys: "G M", run: () => router.go(home) },
    { id: "bids", label: i18n.t("palette_go", { place: i18n.t("nav_bids") }), icon: FileText, keys: "G O", run: () => router.go({ section: "bids", id: null, view: "list" }) },
    { id: "messages", label: i18n.t("palette_go", { place: i18n.t("nav_messages") }), icon: MessageSquare, keys: "G D", run: () => router.go({ section: "messages", id: null }) },
    { id: "queue", label: i18n.t("palette_go", { place: i18n.t("nav_queue") }), icon: Send, keys: "G F", run: () => router.go({ section: "queue" }) },
    { id: "sync", label: i18n.t("sync_now"), icon: RotateCw, run: () => void app.run("sync_now", {}) },
    { id: "light", label: i18n.t("palette_light"), icon: Sun, run: () => void app.set({ theme: "light" }) },
    { id: "dark", label: i18n.t("palette_dark"), icon: Moon, run: () => void app.set({ theme: "dark" }) },
    { id: "language", label: i18n.t("palette_language"), icon: Languages, run: () => void app.set({ locale: i18n.locale === "fr" ? "en" : "fr" }) },
    { id: "lock", label: i18n.t("lock_now"), icon: Lock, keys: isMac ? "⌘ L" : "Ctrl L", run: () => void lockNow(app, router) },
    ...sections.map(({ part, label, icon }) => ({ id: `settings-${part}`, label: i18n.t("settings_of", { section: i18n.t(label) }), icon, keys: part === sections[0]?.part ? (isMac ? "⌘ ," : "Ctrl ,") : "", run: () => router.go(toSettings(part)) })),
    { id: "account", label: i18n.t("account_add"), icon: UserPlus, run: () => (app.adding = true) },
    { id: "keys", label: i18n.t("shortcuts"), icon: Keyboard, keys: "?", run: window.shortcuts },
  ];
}
