import "$lib/styles/index.css";
import { mount } from "svelte";
import { openHost } from "$lib/backend";
import App from "./App.svelte";

const target = document.getElementById("app");
if (target) mount(App, { target, props: { host: await openHost() } });
