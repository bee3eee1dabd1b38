import type { SessionState } from './session/api';
import type { Words } from './words';

/** Who the photos are of, in the words of the practice system; without a label, by id. */
export function patientName({ patientLabel, patientId, encounterId }: SessionState, words: Words): string {
  if (patientLabel !== null) return patientLabel;
  if (patientId !== null) return words('patient.id', { id: patientId });
  return encounterId === null ? '' : words('patient.encounter', { id: encounterId });
}

/** The same within a sentence: a name in another script keeps its direction to itself. */
export function Patient({ state, words, of }: { state: SessionState; words: Words; of: 'code.for' | 'gate.for' }) {
  const name = patientName(state, words);
  if (name === '') return null;
  return (
    <p class="patient" data-testid="patient">
      <span class="quiet">{words(of)}</span>{' '}
      <strong>
        <bdi>{name}</bdi>
      </strong>
    </p>
  );
}
