/** The element's types in Vue templates. Importing this defines the element, like importing the package. */

import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type { PhotobridgeEventMap } from './events';
import type { EarlierPhoto } from './image';
import type { LaunchToken, PhotobridgeWidget } from './index';
import './index';
import type { PhotobridgeAttributes } from './settings';

type Emits = { [Name in keyof PhotobridgeEventMap]: (event: PhotobridgeEventMap[Name]) => void };

/** The element as Vue's templates see it. */
export type PhotobridgeWidgetInVue = new () => PhotobridgeWidget & {
  /** For types only. The property does not exist at run time. */
  $props: HTMLAttributes &
    PublicProps &
    PhotobridgeAttributes & { launchToken?: LaunchToken | undefined; earlier?: readonly EarlierPhoto[] | undefined };
  $emit: EmitFn<Emits>;
};

declare module 'vue' {
  interface GlobalComponents {
    'photobridge-widget': PhotobridgeWidgetInVue;
  }
}
