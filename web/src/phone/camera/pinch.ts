/** Two fingers zoom. */

import { useRef } from 'preact/hooks';
import type { Zoom } from './stream';

function apart(touches: TouchList): number | undefined {
  const [a, b] = touches;
  return a && b && touches.length === 2 ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : undefined;
}

export function usePinch(zoom: Zoom | undefined, onZoom: (zoom: number) => void) {
  const start = useRef<{ apart: number; zoom: number } | null>(null);
  if (!zoom) return {};
  return {
    onTouchStart(event: TouchEvent) {
      const distance = apart(event.touches);
      start.current = distance === undefined ? null : { apart: distance, zoom: zoom.now };
    },
    onTouchMove(event: TouchEvent) {
      const distance = apart(event.touches);
      if (distance === undefined || !start.current) return;
      onZoom(Math.min(zoom.max, Math.max(zoom.min, (start.current.zoom * distance) / start.current.apart)));
    },
  };
}
