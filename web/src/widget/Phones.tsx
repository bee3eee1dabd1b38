import type { TargetedSubmitEvent } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Phone } from '../contract/api';
import { plainText } from '../plaintext';
import { useFocus, useLastFocus } from './focus';
import type { SessionState, SessionSync } from './session/api';
import { timeText, type Words } from './words';

interface PhonesProps {
  state: SessionState;
  sync: SessionSync;
  words: Words;
}

/** The session's phones by name, with what they are doing, and a button that removes each. */
export function Phones({ state, sync, words }: PhonesProps) {
  const { phones } = state;
  const title = useRef<HTMLElement>(null);
  return (
    <>
      <Admission state={state} sync={sync} words={words} />
      {phones.length > 0 && (
        <details class="phones" part="phones" data-testid="phones">
          <summary ref={title}>
            {words('phones.title')} ({phones.filter(({ removed }) => !removed).length})
          </summary>
          <ul>
            {phones.map((phone) => (
              <li key={phone.phoneId}>
                <strong>
                  <bdi>{nameOf(phone, words)}</bdi>
                </strong>
                <span class="quiet">{doings(phone, state, words).join(' · ')}</span>
                {!phone.removed && (
                  <Remove
                    name={nameOf(phone, words)}
                    words={words}
                    onRemove={() => void sync.removePhone(phone.phoneId)}
                    onGone={() => title.current?.focus()}
                  />
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function nameOf({ name }: Phone, words: Words): string {
  return plainText(name) || words('phones.unnamed');
}

function doings(phone: Phone, { expected }: SessionState, words: Words): string[] {
  if (phone.removed) return [words('phones.removed')];
  const joined = words('phones.joined', { time: timeText(phone.joinedAt, words.language) });
  const seen = words('phones.seen', { time: timeText(phone.lastSeenAt, words.language) });
  const sending = expected.filter(({ phoneId }) => phoneId === phone.phoneId).length;
  const now = sending > 0 ? [words('phones.sending', { n: sending })] : [];
  return [phone.waiting ? words('phones.waiting') : joined, ...now, seen];
}

interface RemoveProps {
  name: string;
  words: Words;
  onRemove(): void;
  /** Called when the phone was removed and the focus was on the button for it. */
  onGone(): void;
}

/** Needs two presses, because the photos that the phone has not sent are lost to the session. */
function Remove({ onRemove, onGone, ...props }: RemoveProps) {
  const [step, setStep] = useState<'idle' | 'asked' | 'kept'>('idle');
  return step === 'asked' ? (
    <Question {...props} onRemove={onRemove} onGone={onGone} onKeep={() => setStep('kept')} />
  ) : (
    <Ask {...props} takesFocus={step === 'kept'} onAsk={() => setStep('asked')} />
  );
}

interface AskProps extends Pick<RemoveProps, 'name' | 'words'> {
  takesFocus: boolean;
  onAsk(): void;
}

function Ask({ name, words, takesFocus, onAsk }: AskProps) {
  const button = useFocus<HTMLButtonElement>(takesFocus);
  return (
    <button
      type="button"
      class="plain"
      ref={button}
      aria-label={words('phones.remove.named', { name })}
      onClick={onAsk}
    >
      {words('phones.remove')}
    </button>
  );
}

function Question({ name, words, onRemove, onGone, onKeep }: RemoveProps & { onKeep(): void }) {
  const keep = useFocus<HTMLButtonElement>();
  const question = useLastFocus<HTMLSpanElement>(onGone);
  return (
    <span class="row" role="group" ref={question} aria-label={words('phones.remove.named', { name })}>
      <span>{words('phones.sure')}</span>
      <button type="button" class="danger" onClick={onRemove}>
        {words('phones.yes')}
      </button>
      <button type="button" ref={keep} onClick={onKeep}>
        {words('phones.no')}
      </button>
    </span>
  );
}

/** The field for the number that a waiting phone shows. */
function Admission({ state, sync, words }: PhonesProps) {
  const field = useRef<HTMLInputElement>(null);
  const { phones, admission } = state;
  if (!phones.some(({ waiting, removed }) => waiting && !removed)) {
    return admission === 'wrong' ? (
      <p class="problem" role="alert">
        {words('admit.void')}
      </p>
    ) : null;
  }
  const admit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const number = field.current?.value.trim() ?? '';
    if (number === '') return;
    void sync.admit(number);
    event.currentTarget.reset();
  };
  return (
    <form class="notice" data-testid="admit" onSubmit={admit}>
      <p role="status">
        <strong>{words('admit.title')}</strong>
      </p>
      <input
        type="text"
        inputMode="numeric"
        autocomplete="off"
        maxLength={2}
        size={4}
        aria-label={words('admit.number')}
        ref={field}
      />
      <button type="submit" class="primary" disabled={admission === 'sending'}>
        {words('admit.go')}
      </button>
      {admission === 'wrong' && <p role="alert">{words('admit.wrong')}</p>}
    </form>
  );
}
