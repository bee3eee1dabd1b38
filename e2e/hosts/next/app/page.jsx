import { encounterId } from '../../practice.js';
import { Photos } from './photos.jsx';

/** Rendered on the server with each request. */
export default async function Page({ searchParams }) {
  const { edge } = await searchParams;
  return <Photos edge={edge} encounterId={encounterId} />;
}
