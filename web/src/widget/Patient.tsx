import type { SessionState } from './session/api';
import type { Words } from './words';

/** The patient's label from the practice system, or the patient's id if there is no label. */
export function patientName({ patientLabel, patientId, encounterId }: SessionState, words: Words): string {
  if (patientLabel !== null) return patientLabel;
  if (patientId !== null) return words('patient.id', { id: patientId });
  return encounterId === null ? '' : words('patient.encounter', { id: encounterId });
}

/** The same within a sentence. A name in a right-to-left script does not change the direction of the sentence. */
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
