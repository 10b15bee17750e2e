// What draws: Preact by tagged templates, and its hooks. All texts are text; nothing is ever HTML.
import htm from "../vendor/htm.js";
import { h } from "../vendor/preact.js";

export { Component, createContext, Fragment, h, render } from "../vendor/preact.js";
export {
  useCallback,
  useContext,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "../vendor/preact-hooks.js";

export const html = htm.bind(h);
