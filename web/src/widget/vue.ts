/** Types of the element in Vue's templates. Importing this defines the element, as importing the package does. */

import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type { PhotobridgeEventMap } from './events';
import type { EarlierPhoto } from './image';
import type { LaunchToken, PhotobridgeWidget } from './index';
import './index';
import type { PhotobridgeAttributes } from './settings';

type Emits = { [Name in keyof PhotobridgeEventMap]: (event: PhotobridgeEventMap[Name]) => void };

/** The element as Vue's templates see it. */
export type PhotobridgeWidgetInVue = new () => PhotobridgeWidget & {
  /** Only types: no such property exists. */
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
