/** The one door to the generated types: everything else imports them from here. */
export type * from "./generated/commands";
export { reads } from "./generated/commands";
