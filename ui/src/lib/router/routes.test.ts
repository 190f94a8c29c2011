import { expect, test } from "vitest";
import { format, parse, toBid, toComposer, toProject, toSettings, toThread, type Route } from "./routes";

const routes: Route[] = [
  { section: "projects", id: null, compose: false },
  toProject("prj_1"),
  toComposer("prj_1"),
  { section: "bids", id: null, view: "board" },
  toBid("draft:prj_1"),
  { section: "messages", id: null },
  toThread("local:prj_1"),
  toThread("a/b?c#d e"),
  { section: "queue" },
  { section: "settings", part: "appearance" },
  toSettings("security"),
  toSettings("storage"),
];

test.each(routes)("what is written is read back: %o", (route) => {
  expect(parse(format(route))).toEqual(route);
});

test.each(["", "#", "#/", "#/nothing/here", "#token=abc", "#/projects/%E0%A4%A"])("what is not understood is the feed: %s", (hash) => {
  expect(parse(hash)).toEqual({ section: "projects", id: null, compose: false });
});

test.each(["#/settings", "#/settings/nothing", "#/settings/%E0%A4%A"])("settings without a section known are the first one: %s", (hash) => {
  expect(parse(hash)).toEqual(toSettings());
});
