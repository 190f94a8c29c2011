export type Section = "projects" | "bids" | "messages" | "queue" | "settings";

export type Route =
  | { section: "projects"; id: string | null; compose: boolean }
  | { section: "bids"; id: string | null; view: "list" | "board" }
  | { section: "messages"; id: string | null }
  | { section: "queue" }
  | { section: "settings"; part: SettingsPart };

const SETTINGS_PARTS = ["appearance", "sending", "security", "storage"] as const;
export type SettingsPart = (typeof SETTINGS_PARTS)[number];

export const home: Route = { section: "projects", id: null, compose: false };

/** `#/projects/prj_1/bid` → a route; anything not understood is the feed. */
export function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [section, rawId, tail] = path.split("/");
  const id = rawId ? decode(rawId) : null;
  switch (section) {
    case "bids":
      return { section, id, view: new URLSearchParams(search).get("view") === "board" ? "board" : "list" };
    case "messages":
      return { section, id };
    case "queue":
      return { section };
    case "settings":
      return { section, part: SETTINGS_PARTS.find((part) => part === id) ?? SETTINGS_PARTS[0] };
    default:
      return { section: "projects", id: section === "projects" ? id : null, compose: section === "projects" && id !== null && tail === "bid" };
  }
}

export function format(route: Route): string {
  const id = "id" in route && route.id !== null ? `/${encodeURIComponent(route.id)}` : "";
  switch (route.section) {
    case "projects":
      return `#/projects${id}${route.compose ? "/bid" : ""}`;
    case "bids":
      return `#/bids${id}${route.view === "board" ? "?view=board" : ""}`;
    case "settings":
      return `#/settings/${route.part}`;
    default:
      return `#/${route.section}${id}`;
  }
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

export const toProject = (id: string): Route => ({ section: "projects", id, compose: false });
export const toComposer = (id: string): Route => ({ section: "projects", id, compose: true });
export const toBid = (id: string): Route => ({ section: "bids", id, view: "list" });
export const toThread = (id: string): Route => ({ section: "messages", id });
export const toSettings = (part: SettingsPart = SETTINGS_PARTS[0]): Route => ({ section: "settings", part });
