import type { TargetedSubmitEvent } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Phone } from '../contract/api';
import { plainText } from '../plaintext';
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
  return (
    <>
      <Admission state={state} sync={sync} words={words} />
      {phones.length > 0 && (
        <details class="phones" part="phones" data-testid="phones">
          <summary>
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

/** Needs two presses, because the photos that the phone has not sent are lost to the session. */
function Remove({ name, words, onRemove }: { name: string; words: Words; onRemove(): void }) {
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <button
        type="button"
        class="plain"
        aria-label={words('phones.remove.named', { name })}
        onClick={() => setAsked(true)}
      >
        {words('phones.remove')}
      </button>
    );
  }
  return (
    <span class="row" role="group" aria-label={words('phones.remove.named', { name })}>
      <span>{words('phones.sure')}</span>
      <button type="button" class="danger" onClick={onRemove}>
        {words('phones.yes')}
      </button>
      <button type="button" onClick={() => setAsked(false)}>
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
