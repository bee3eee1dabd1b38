/** The icons of the phone page. */

import * as icons from '../../icons';

const PATHS = {
  camera: icons.camera,
  gallery: icons.gallery,
  burst: icons.burst,
  person: icons.person,
  bin: icons.bin,
  check: icons.check,
  close: icons.close,
  back: icons.back,
  forward: icons.forward,
  retry: icons.retry,
  warning: icons.warning,
  offline: icons.offline,
  lens: icons.lens,
  torch: icons.torch,
  search: icons.search,
  copy: icons.copy,
  pause: icons.pause,
  dark: icons.dark,
  blur: icons.blur,
  twins: icons.twins,
  desktop: icons.desktop,
  clock: icons.clock,
  qr: icons.qr,
  shield: icons.shield,
  zoom: icons.zoom,
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, class: extra }: { name: IconName; class?: string }) {
  return <icons.Drawing path={PATHS[name]} {...(extra ? { class: extra } : {})} />;
}
