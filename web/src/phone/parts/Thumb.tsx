import type { PhotoSnapshot } from '../../contract/engine';
import { usePage } from './context';
import { Icon } from './Icon';

/** A photo's picture, or a quiet placeholder until there is one. */
export function Thumb({ photo, alt, full = false }: { photo: PhotoSnapshot; alt: string; full?: boolean }) {
  const { state } = usePage();
  const picture = state.pictures[photo.id];
  const url = full ? (picture?.preview ?? picture?.thumb) : (picture?.thumb ?? picture?.preview);
  if (url) return <img class="thumb" src={url} alt={alt} decoding="async" draggable={false} />;
  const waiting = photo.state === 'chosen' || photo.state === 'compressing';
  return (
    <span class={waiting ? 'thumb thumb-empty shimmer' : 'thumb thumb-empty'} role="img" aria-label={alt}>
      <Icon name="gallery" />
    </span>
  );
}
