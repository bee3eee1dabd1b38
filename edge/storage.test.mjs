import { expect, test } from 'vitest';
import { forward, isStorage } from './storage.mjs';

const SAFE = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
};
const AWS = {
  STORAGE_VIA: 'edge',
  ALLOWED_ORIGINS: 'https://practice.test',
  S3_BUCKET_NAME: 'photos',
  AWS_REGION: 'ap-southeast-2',
};
const OWN = { ...AWS, S3_ENDPOINT: 'http://127.0.0.1:9000/deep/' };
const KEY = 'sessions/enc-1/1_img-1.jpg';

/** A request of the phone, or with another method of another client. */
const upload = (path, { method = 'PUT', headers = {} } = {}) =>
  new Request(`https://edge.test/storage${path}`, {
    method,
    headers: { 'content-type': 'image/jpeg', 'content-length': '5', ...headers },
    ...(method === 'PUT' && { body: 'bytes' }),
  });

/** A bucket that keeps what it was sent. */
function bucket(response = new Response(null, { status: 200 })) {
  const sent = [];
  const send = async (url, init) => {
    const headers = Object.fromEntries(init.headers ?? []);
    sent.push({ method: init.method, url, headers, body: await new Response(init.body).text() });
    return response;
  };
  return { sent, send };
}

test.each([
  ['AWS', AWS, `/${KEY}`, `https://photos.s3.ap-southeast-2.amazonaws.com/${KEY}`],
  ['another store', OWN, `/deep/photos/${KEY}`, `http://127.0.0.1:9000/deep/photos/${KEY}`],
])('an upload reaches %s with what it signed and nothing else', async (_, env, path, url) => {
  const { sent, send } = bucket(
    new Response('<Error/>', { status: 412, headers: { etag: '"1"', 'set-cookie': 'a=b' } }),
  );
  const signed = { 'if-none-match': '*', 'x-amz-checksum-sha256': 'hash' };
  const request = upload(`${path}?X-Amz-Signature=1&X-Amz-Expires=300`, {
    headers: { ...signed, authorization: 'Bearer phone', cookie: 'c=d', 'x-other': 'no' },
  });
  const response = await forward(request, env, send);
  expect(sent).toEqual([
    {
      method: 'PUT',
      url: `${url}?X-Amz-Signature=1&X-Amz-Expires=300`,
      headers: { 'content-type': 'image/jpeg', 'content-length': '5', ...signed },
      body: 'bytes',
    },
  ]);
  expect(response.status).toBe(412);
  expect(await response.text()).toBe('<Error/>');
  expect(Object.fromEntries(response.headers)).toEqual({
    ...SAFE,
    'content-type': 'text/plain;charset=UTF-8',
    etag: '"1"',
  });
});

test('a photo is read by pages of the practice alone', async () => {
  const read = async (origin) => {
    const { sent, send } = bucket(new Response('bytes', { headers: { 'content-type': 'image/jpeg' } }));
    const request = upload(`/${KEY}?X-Amz-Signature=1`, { method: 'GET', headers: { origin, range: 'bytes=0-1' } });
    const response = await forward(request, AWS, send);
    expect(sent).toEqual([{ method: 'GET', url: expect.stringContaining(KEY), headers: {}, body: '' }]);
    expect(await response.text()).toBe('bytes');
    return Object.fromEntries(response.headers);
  };
  const photo = { ...SAFE, 'content-type': 'image/jpeg' };
  expect(await read('https://practice.test')).toEqual({
    ...photo,
    'access-control-allow-origin': 'https://practice.test',
    'access-control-expose-headers': 'Date, ETag, Retry-After, X-Request-Id',
    vary: 'Origin',
  });
  expect(await read('https://elsewhere.test')).toEqual(photo);
});

test('a bucket out of reach is a reason to try again', async () => {
  const response = await forward(upload(`/${KEY}?X-Amz-Signature=1`), AWS, () => Promise.reject(new TypeError()));
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
});

test.each([
  ['no signature', `/${KEY}`, 404],
  ['another folder', '/backups/a/b.jpg?X-Amz-Signature=1', 404],
  ['the bucket itself', '/?X-Amz-Signature=1', 404],
  ['what is no photo', '/sessions/enc-1/a.html?X-Amz-Signature=1', 404],
  ['a deeper path', '/sessions/enc-1/a/b.jpg?X-Amz-Signature=1', 404],
  ['a way out', '/sessions/../backups/b.jpg?X-Amz-Signature=1', 404],
  ['a way out in code', '/sessions/%2e%2e/backups/b.jpg?X-Amz-Signature=1', 404],
  ['another host', '//elsewhere.test/sessions/enc-1/b.jpg?X-Amz-Signature=1', 404],
])('is refused without asking the bucket: %s', async (_, path, status) => {
  const { sent, send } = bucket();
  expect((await forward(upload(path), AWS, send)).status).toBe(status);
  expect(sent).toEqual([]);
});

test.each([
  ['an upload', upload(`/${KEY}`), AWS, true],
  ['a photo that is read', upload(`/${KEY}`, { method: 'GET' }), AWS, true],
  ['an upload straight to the bucket', upload(`/${KEY}`), { ...AWS, STORAGE_VIA: 'direct' }, false],
  ['without a setting', upload(`/${KEY}`), { ...AWS, STORAGE_VIA: undefined }, false],
  ['another method', upload(`/${KEY}`, { method: 'DELETE' }), AWS, false],
  ['a call', new Request('https://edge.test/api/medtech/session/enc-1/guide', { method: 'PUT' }), AWS, false],
])('whether it is for the bucket: %s', (_, request, env, expected) => {
  expect(isStorage(request, env)).toBe(expected);
});
