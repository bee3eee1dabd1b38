import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Grant } from '../../contract/api';
import { adopt, cameraAccept } from '../files';
import type { Chosen } from '../model';
import { room } from '../select';
import { markPicking } from '../storage';
import { usePage } from './context';

interface PickerProps {
  source: Chosen['source'];
  class: string;
  label: string;
  children: ComponentChildren;
}

/**
 * A button that opens the phone's own camera or its gallery. The files belong to the patient who was shown when it was
 * pressed: another patient's code may open before they arrive.
 */
export function Picker({ source, class: style, label, children }: PickerProps) {
  const { state, dispatch, media } = usePage();
  const input = useRef<HTMLInputElement>(null);
  const opened = useRef<Grant | null>(null);
  const disabled = state.session === null || room(state).left === 0;
  const chosen = (element: HTMLInputElement) => {
    markPicking(false);
    const photos = adopt(media, element.files ?? [], source);
    element.value = ''; // so that the same photo can be chosen again
    const session = opened.current ?? state.session;
    opened.current = null;
    if (photos.length > 0 && session) dispatch({ type: 'chosen', photos, session });
  };
  return (
    <>
      <button
        type="button"
        class={style}
        disabled={disabled}
        onClick={() => {
          opened.current = state.session;
          if (source === 'camera') markPicking(true);
          input.current?.click();
        }}
      >
        {children}
        <span class="picker-label">{label}</span>
      </button>
      <input
        ref={input}
        class="file-input"
        type="file"
        tabIndex={-1}
        aria-hidden="true"
        data-source={source}
        disabled={disabled}
        accept={source === 'camera' ? cameraAccept(navigator.userAgent) : 'image/*'}
        {...(source === 'camera' ? { capture: 'environment' } : { multiple: true })}
        onChange={(event) => chosen(event.currentTarget)}
        onCancel={() => markPicking(false)}
      />
    </>
  );
}
