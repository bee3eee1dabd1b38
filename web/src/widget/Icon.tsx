/** The icons of the widget. */

import * as icons from '../icons';

const PATHS = {
  previous: icons.back,
  next: icons.forward,
  close: icons.close,
  zoomIn: icons.zoomIn,
  zoomOut: icons.zoomOut,
  fit: icons.fit,
  turn: icons.turn,
  compare: icons.compare,
  crop: icons.crop,
  annotate: icons.pen,
  done: icons.check,
  hidden: icons.hidden,
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return <icons.Drawing path={PATHS[name]} />;
}
