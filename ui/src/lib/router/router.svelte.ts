import { getContext, setContext } from "svelte";
import { format, parse, type Route } from "./routes";

const ROUTER = Symbol("router");

/** Where the window is. Lives in the fragment, so that it works the same from tauri:// and from the bridge. */
export class Router {
  route = $state.raw<Route>(parse(location.hash));
  /** Entries of ours behind this one: without any, "back" has a fixed place to go. */
  depth = $state(0);

  /** Listens to the browser's own back and forward; returns the way to stop. */
  start(): () => void {
    const onPop = (event: PopStateEvent): void => {
      this.route = parse(location.hash);
      this.depth = depthOf(event.state);
    };
    this.depth = depthOf(history.state);
    window.addEventListener("popstate", onPop);
    return () => window.removeEventListener("popstate", onPop);
  }

  go(route: Route): void {
    if (format(route) === format(this.route)) return;
    this.depth += 1;
    history.pushState({ depth: this.depth }, "", format(route));
    this.route = route;
  }

  /** The same place, refined (J and K through a list): no new entry to go back through. */
  replace(route: Route): void {
    history.replaceState({ depth: this.depth }, "", format(route));
    this.route = route;
  }

  /** One step back inside the app, or to `otherwise` when this is where the visit began. */
  back(otherwise: Route): void {
    if (this.depth > 0) history.back();
    else this.replace(otherwise);
  }
}

function depthOf(state: unknown): number {
  return typeof state === "object" && state !== null && "depth" in state && typeof state.depth === "number" ? state.depth : 0;
}

export function provideRouter(router: Router): void {
  setContext(ROUTER, router);
}

export function useRouter(): Router {
  return getContext<Router>(ROUTER);
}
