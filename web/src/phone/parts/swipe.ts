/** A sideways swipe turns the page, towards the reading direction's next. The page follows the finger. */

import { useRef } from 'preact/hooks';

const FAR_PX = 56;
/** A sideways move is at least so much wider than it is high; else it is a scroll. */
const STEEP = 1.5;
const START_PX = 12;

interface Ends {
  /** Whether there is a page on that side. */
  next: boolean;
  previous: boolean;
}

export function useSwipe(ends: Ends, onSwipe: (by: 1 | -1) => void) {
  const start = useRef<{ x: number; y: number } | null>(null);
  const sideways = useRef(false);
  const moved = (event: TouchEvent) => {
    const [touch] = event.changedTouches;
    return start.current && touch
      ? { x: touch.clientX - start.current.x, y: touch.clientY - start.current.y }
      : { x: 0, y: 0 };
  };
  const direction = (x: number): 1 | -1 => ((document.documentElement.dir === 'rtl' ? x > 0 : x < 0) ? 1 : -1);
  const possible = (by: 1 | -1) => (by === 1 ? ends.next : ends.previous);
  const rest = (page: HTMLElement) => {
    page.style.transform = '';
    start.current = null;
    sideways.current = false;
  };
  return {
    onTouchStart(event: TouchEvent) {
      const [touch] = event.touches;
      const typing = event.target instanceof HTMLTextAreaElement; // there a sideways move selects text
      start.current = event.touches.length === 1 && touch && !typing ? { x: touch.clientX, y: touch.clientY } : null;
    },
    onTouchMove(event: TouchEvent & { currentTarget: HTMLElement }) {
      if (!start.current || event.touches.length > 1) return rest(event.currentTarget);
      const { x, y } = moved(event);
      if (!sideways.current && Math.abs(x) > START_PX && Math.abs(x) > STEEP * Math.abs(y)) sideways.current = true;
      if (sideways.current)
        event.currentTarget.style.transform = `translateX(${x * (possible(direction(x)) ? 0.8 : 0.2)}px)`;
    },
    onTouchEnd(event: TouchEvent & { currentTarget: HTMLElement }) {
      const { x } = moved(event);
      const turned = sideways.current && Math.abs(x) >= FAR_PX;
      rest(event.currentTarget);
      if (turned && possible(direction(x))) onSwipe(direction(x));
    },
    onTouchCancel(event: TouchEvent & { currentTarget: HTMLElement }) {
      rest(event.currentTarget);
    },
  };
}
