/** Single-letter shortcuts stay quiet while someone types, and while a dialog or menu is open. */
export function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !/^(radio|checkbox|button)$/.test(target.type);
  return target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName));
}

export function hasOverlay(): boolean {
  return document.querySelector("dialog[open], [role='menu'], [data-popover-content]") !== null;
}

/** The plain key of an event: "" when a modifier other than Shift is held. */
export function plainKey(event: KeyboardEvent): string {
  return event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented ? "" : event.key;
}

export const isMac = /Mac/.test(navigator.platform);
