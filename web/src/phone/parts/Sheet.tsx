import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../strings';
import { Icon } from './Icon';

interface SheetProps {
  title: string;
  /** Whose photos these are, where the sheet hides the patient bar. */
  subtitle?: string;
  name: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal over the screen: keeps the focus, closes with Escape, gives the focus back. */
export function Sheet({ title, subtitle, name, onClose, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`sheet sheet-${name}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="sheet-head">
        <h2 class={subtitle === undefined ? '' : 'sr'}>{title}</h2>
        {subtitle !== undefined && (
          <p class="patient">
            <span class="patient-for">{t('patient.for')} </span>
            <bdi>{subtitle}</bdi>
          </p>
        )}
        <button type="button" class="icon-button" aria-label={t('close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
