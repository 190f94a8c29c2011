import { toWireError } from "$lib/backend";
import { errorWords } from "$lib/i18n/errors";
import type { Router } from "$lib/router/router.svelte";
import { toSettings } from "$lib/router/routes";
import type { App } from "./app.svelte";

/** Closes the account in use until its passphrase comes; without one, offers to choose it. */
export async function lockNow(app: App, router: Router): Promise<void> {
  try {
    app.useSession(await app.client.call("lock_now", {}));
  } catch (thrown) {
    const error = toWireError(thrown);
    if (error.code !== "no-passphrase") return app.say(error);
    app.toasts.show({
      tone: "warning",
      text: () => errorWords(app.i18n, error).what,
      detail: () => errorWords(app.i18n, error).then,
      action: { label: () => app.i18n.t("passphrase_choose"), run: () => router.go(toSettings("security")) },
    });
  }
}
