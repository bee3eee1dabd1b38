/**
 * Ends the session as the clinician knows it. The edge refuses if something
 * happened since; then it is fetched and shown, and the clinician is asked.
 */

import type { DesktopAccess } from '../../api/desktop';
import type { EndQuestion } from './api';
import { forgetTag, refresh } from './listing';
import { only, type Ending, type Failure, type State, type Step } from './model';
import { fail, over } from './opening';
import { imagesOf } from './view';

/** After this many refusals the clinician is asked, even if nothing new can be shown. */
const MAX_REFUSALS = 3;

export function end(state: State, anyway: boolean): Step {
  const { access, ending, status } = state;
  if (status === 'ended' || status === 'failed') return only(state); // nothing is open that could be ended
  if (access && ending?.step === 'asking')
    return anyway ? call(state, access, { ...ending, shown: shownBy(state), refusals: 0 }) : only(state);
  if (ending) return only(state);
  const begun: Ending = {
    step: 'calling',
    shown: shownBy(state),
    refusals: 0,
    pending: false,
    after: 0,
    question: null,
  };
  // It is ended as it is known here, so it must be known.
  if (!access) return only({ ...state, ending: { ...begun, step: 'checking' } });
  const isUnknown = state.list.revision < 0 || beingAdded(state) > 0;
  return isUnknown ? check(state, begun) : call(state, access, begun);
}

function call(state: State, access: DesktopAccess, ending: Ending): Step {
  // Force is for photos on their way, after the question. Any other change since then must be refused again.
  const force = ending.question !== null && ending.pending;
  const { opening, list } = state;
  return [
    { ...state, ending: { ...ending, step: 'calling', question: null } },
    [{ do: 'end', opening, access, revision: list.revision, force }],
  ];
}

function check(state: State, ending: Ending): Step {
  const after = state.list.fetches;
  return refresh(forgetTag({ ...state, ending: { ...ending, step: 'checking', after, question: null } }));
}

export function endFailed(state: State, failure: Failure): Step {
  const { ending, repeatingEnd } = state;
  const pending = failure.code === 'uploads_pending';
  if (ending && !repeatingEnd && (pending || failure.code === 'session_changed')) {
    // What the clinician was asked about has been seen.
    return check(state, { ...ending, refusals: ending.refusals + 1, pending });
  }
  if (failure.ended) return over(state, null, true);
  return fail({ ...state, ending: repeatingEnd ? ending : null, repeatingEnd: false }, failure);
}

/** A list has come: is there anything that the clinician has not seen? */
export function checkEnd(state: State): Step {
  const { access, ending, list } = state;
  if (!access || !ending || ending.step === 'calling' || list.fetches <= ending.after) return only(state);
  const question = newSince(state, ending);
  const isNew = question.arrived + question.changed + coming(question) > 0;
  if (ending.step === 'checking' && !isNew && ending.refusals < MAX_REFUSALS) return call(state, access, ending);
  const pending = ending.pending || coming(question) > 0;
  return only({ ...state, ending: { ...ending, step: 'asking', pending, question } });
}

function newSince(state: State, { shown }: Ending): EndQuestion {
  const now = [...shownBy(state)];
  const adding = beingAdded(state);
  return {
    arrived: now.filter(([id]) => !shown.has(id)).length,
    changed: now.filter(([id, details]) => shown.has(id) && shown.get(id) !== details).length,
    expected: state.expected.filter(({ imageId }) => !state.added.has(imageId)).length,
    ...(adding > 0 ? { adding } : {}),
  };
}

const coming = ({ expected, adding = 0 }: EndQuestion): number => expected + adding;

/** The edge does not know of them before they are sent. */
function beingAdded({ adding }: State): number {
  return adding.filter(({ state }) => state !== 'failed').length;
}

/** The details of each photo of the session. */
function shownBy(state: State): ReadonlyMap<string, string> {
  const images = imagesOf(state).filter(({ local }) => !local);
  return new Map(images.map(({ id, details }) => [id, JSON.stringify(details, Object.keys(details).sort())]));
}
