import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../strings';
import { usePage } from './context';

const UNDO_MS = 8_000;

/** What was just done, with a way back for a while. It sits on top of the action bar. */
export function Toast() {
  const { state, dispatch } = usePage();
  const place = useRef<HTMLDivElement>(null);
  const { undo, screen } = state;
  useEffect(() => {
    if (!undo) return;
    const timer = setTimeout(() => dispatch({ type: 'undo-lapsed' }), UNDO_MS);
    return () => clearTimeout(timer);
  }, [undo]);
  useLayoutEffect(() => {
    const settle = () => {
      const bar = document.querySelector('.actions')?.getBoundingClientRect();
      const below = bar !== undefined && bar.width > innerWidth / 2; // beside the content in landscape
      if (place.current) place.current.style.bottom = below ? `${Math.max(0, innerHeight - bar.top)}px` : '0';
    };
    settle();
    addEventListener('resize', settle);
    return () => removeEventListener('resize', settle);
  }, [undo, screen]);
  return (
    <div class="toast-place" role="status" ref={place}>
      {undo && (
        <p class="toast">
          <span>{undo.kind === 'delete' ? t('toast.deleted') : t('toast.applied', { n: undo.count })}</span>
          <button type="button" class="button quiet" onClick={() => dispatch({ type: 'undo' })}>
            {t('toast.undo')}
          </button>
        </p>
      )}
    </div>
  );
}
