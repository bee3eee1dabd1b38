/** The widget as a React component, and the element's types in JSX. It also renders on a server. */

import {
  createElement,
  forwardRef,
  useEffect,
  useImperativeHandle,
  useRef,
  type DetailedHTMLProps,
  type HTMLAttributes,
  type RefObject,
} from 'react';
import type { PhotobridgeEventMap } from './events';
import type { EarlierPhoto } from './image';
import type { LaunchToken, PhotobridgeWidget as PhotobridgeElement } from './index';
import './index';
import {
  ATTRIBUTES,
  type PhotobridgeAttributes,
  type PhotobridgeListeners,
  type PhotobridgeSettings,
} from './settings';

type Optional<Props> = { [Name in keyof Props]?: Props[Name] | undefined };
type Handler<Name extends keyof PhotobridgeEventMap> = ((event: PhotobridgeEventMap[Name]) => void) | undefined;

interface PhotobridgeEvents {
  /** A photo's bytes have arrived. */
  onImage?: Handler<'photobridge-image'>;
  /** The session, the connection or the phones changed their state. */
  onStatus?: Handler<'photobridge-status'>;
  /** Photos should go into the record. Pass `waitUntil` a promise that resolves when the record has them. */
  onCommit?: Handler<'photobridge-commit'>;
  /** An error, for a log. Temporary failures are retried. */
  onError?: Handler<'photobridge-error'>;
}

export interface PhotobridgeWidgetProps
  extends Optional<PhotobridgeSettings>,
    PhotobridgeEvents,
    Omit<HTMLAttributes<PhotobridgeElement>, 'children' | keyof PhotobridgeEvents | keyof PhotobridgeSettings> {
  /** The encounter whose photos are shown. Another encounter opens another session; '' shows none. */
  encounterId: string;
  /** A launch token of that encounter, or a function that returns a promise of one. It may change in each render. */
  launchToken: LaunchToken;
  /** Photos of the patient's record to compare with today's. */
  earlier?: readonly EarlierPhoto[] | undefined;
}

type Split = { attributes: Record<string, unknown>; rest: Record<string, unknown> };

/** Separates the props that become attributes of the element from the props that React handles. */
function split(props: Record<string, unknown>): Split {
  const names: Readonly<Record<string, string>> = ATTRIBUTES;
  const parted: Split = { attributes: {}, rest: {} };
  for (const [name, value] of Object.entries(props)) {
    const attribute = names[name];
    if (attribute === undefined) parted.rest[name] = value;
    // React 18 writes true and false as text.
    else parted.attributes[attribute] = typeof value === 'boolean' ? (value ? '' : undefined) : value;
  }
  return parted;
}

function useListener<Name extends keyof PhotobridgeEventMap>(
  element: RefObject<PhotobridgeElement | null>,
  name: Name,
  handler: Handler<Name>,
): void {
  useEffect(() => {
    const target = element.current;
    if (!target || !handler) return;
    const listener = (event: Event): void => handler(event as PhotobridgeEventMap[Name]);
    target.addEventListener(name, listener);
    return () => target.removeEventListener(name, listener);
  }, [element, name, handler]);
}

/** `<photobridge-widget>`: its attributes as props, its events as `onCommit`, `onImage`, `onStatus` and `onError`. */
export const PhotobridgeWidget = forwardRef<PhotobridgeElement, PhotobridgeWidgetProps>(function PhotobridgeWidget(
  { encounterId, launchToken, earlier, onImage, onStatus, onCommit, onError, ...props },
  ref,
) {
  const element = useRef<PhotobridgeElement>(null);
  const latest = useRef(launchToken);
  useImperativeHandle(ref, () => element.current as PhotobridgeElement, []);
  useListener(element, 'photobridge-image', onImage);
  useListener(element, 'photobridge-status', onStatus);
  useListener(element, 'photobridge-commit', onCommit);
  useListener(element, 'photobridge-error', onError);
  useEffect(() => {
    latest.current = launchToken;
  });
  // Set a new function only for a new encounter, because setting it opens that encounter's session.
  useEffect(() => {
    const tokenOf = (now: LaunchToken): Promise<string> => (typeof now === 'string' ? Promise.resolve(now) : now());
    if (element.current) element.current.launchToken = encounterId ? () => tokenOf(latest.current) : undefined;
  }, [encounterId]);
  // After that effect, because a new encounter clears the earlier photos.
  useEffect(() => {
    if (element.current) element.current.earlier = earlier ?? [];
  }, [earlier]);
  const { attributes, rest } = split(props);
  return createElement('photobridge-widget', { ...rest, ...attributes, ref: element });
});

/** The element itself in JSX. */
export type PhotobridgeWidgetInJSX = DetailedHTMLProps<HTMLAttributes<PhotobridgeElement>, PhotobridgeElement> &
  PhotobridgeAttributes &
  PhotobridgeListeners & { launchToken?: LaunchToken | undefined; earlier?: readonly EarlierPhoto[] | undefined };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'photobridge-widget': PhotobridgeWidgetInJSX;
    }
  }
}
