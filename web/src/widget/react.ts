/** The widget as a React component, and the types of the element in JSX. Renders on a server, too. */

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
  /** Photos are to go into the record: pass `waitUntil` the promise of whoever keeps them. */
  onCommit?: Handler<'photobridge-commit'>;
  /** Something went wrong, for a log. Passing failures are tried again. */
  onError?: Handler<'photobridge-error'>;
}

export interface PhotobridgeWidgetProps
  extends Optional<PhotobridgeSettings>,
    PhotobridgeEvents,
    Omit<HTMLAttributes<PhotobridgeElement>, 'children' | keyof PhotobridgeEvents | keyof PhotobridgeSettings> {
  /** Whose photos are shown: another encounter opens another session, and '' shows none. */
  encounterId: string;
  /** A launch token of that encounter, or a function that promises one; it may be another function in each render. */
  launchToken: LaunchToken;
  /** Photos of the patient's record to compare with today's. */
  earlier?: readonly EarlierPhoto[] | undefined;
}

type Split = { attributes: Record<string, unknown>; rest: Record<string, unknown> };

/** Parts what becomes an attribute of the element from what React knows by itself. */
function split(props: Record<string, unknown>): Split {
  const names: Readonly<Record<string, string>> = ATTRIBUTES;
  const parted: Split = { attributes: {}, rest: {} };
  for (const [name, value] of Object.entries(props)) {
    const attribute = names[name];
    if (attribute === undefined) parted.rest[name] = value;
    // React 18 writes true and false in full.
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
  // A new function for each encounter, and only then: it opens that encounter's session.
  useEffect(() => {
    const tokenOf = (now: LaunchToken): Promise<string> => (typeof now === 'string' ? Promise.resolve(now) : now());
    if (element.current) element.current.launchToken = encounterId ? () => tokenOf(latest.current) : undefined;
  }, [encounterId]);
  // After it: another encounter clears the photos of the patient before.
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
