import { createHash } from 'node:crypto';
import { Redis, type RedisConfigNodejs } from '@upstash/redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hits, inject, restore, skewClock } from '../../harness/faults/faults.ts';
import { cloud, variable } from './cloud.ts';

const connect = (options: Partial<RedisConfigNodejs> = {}): Redis =>
  new Redis({
    url: variable('UPSTASH_REDIS_REST_URL'),
    token: variable('UPSTASH_REDIS_REST_TOKEN'),
    retry: { retries: 3, backoff: () => 10 },
    enableTelemetry: false,
    ...options,
  });

const redis = connect();

beforeEach(() => redis.flushall());
afterEach(() => restore(cloud));

describe.each<[string, 'base64' | false]>([
  ['as base64', 'base64'],
  ['as they are', false],
])('responses encoded as %s', (_, responseEncoding) => {
  const redis = connect({ responseEncoding });

  it.each(['plain', 'ā "quoted" <&>\n', '', '12 apples'])('keeps the string %j', async (value) => {
    expect(await redis.set('key', value)).toBe('OK');
    expect(await redis.get('key')).toBe(value);
  });

  it('keeps objects and numbers', async () => {
    await redis.set('object', { a: [1, null, 'ā'] });
    await redis.set('number', 41);
    expect(await redis.get('object')).toEqual({ a: [1, null, 'ā'] });
    expect(await redis.incr('number')).toBe(42);
    expect(await redis.mget('object', 'none', 'number')).toEqual([{ a: [1, null, 'ā'] }, null, 42]);
  });

  it('keeps hashes', async () => {
    expect(await redis.hset('hash', { a: 'x', b: { deep: 'ä' } })).toBe(2);
    expect(await redis.hget('hash', 'b')).toEqual({ deep: 'ä' });
    expect(await redis.hgetall('hash')).toEqual({ a: 'x', b: { deep: 'ä' } });
    expect(await redis.hdel('hash', 'a')).toBe(1);
    expect(await redis.hlen('hash')).toBe(1);
    expect(await redis.hgetall('none')).toBeNull();
  });

  it('returns the results of a pipeline in order', async () => {
    const pipeline = redis.pipeline().set('key', 'OK').get('key').incr('count').hset('hash', { a: 1 }).hgetall('hash');
    expect(await pipeline.exec()).toEqual(['OK', 'OK', 1, 1, { a: 1 }]);
  });

  it('runs a script', async () => {
    expect(await redis.eval('return {KEYS[1], ARGV[1], 7, false}', ['key'], ['argument'])).toEqual([
      'key',
      'argument',
      7,
      null,
    ]);
  });
});

describe('a pipeline', () => {
  it('continues after an error', async () => {
    await redis.set('text', 'x');
    const results = await redis.pipeline().incr('text').get('text').exec({ keepErrors: true });
    expect(results[0]?.error).toMatch(/not an integer/);
    expect(results[1]).toEqual({ result: 'x' });
  });

  it('is made of what is asked for at once', async () => {
    await inject(cloud, { service: 'redis', effect: 'delay', route: 'POST /pipeline', delayMs: 1 });
    const together = connect({ enableAutoPipelining: true });
    expect(await Promise.all([together.set('a', 1), together.incr('a'), together.incr('a')])).toEqual(['OK', 2, 3]);
    expect(await hits(cloud)).toEqual([1]);
  });
});

describe('a transaction', () => {
  it('applies all or nothing', async () => {
    expect(await redis.multi().set('key', 1).incr('key').get('key').exec()).toEqual(['OK', 2, 2]);
  });

  it('changes nothing if one command cannot be', async () => {
    const broken = redis.multi().set('key', 1);
    (broken as unknown as { chain(command: { command: string[] }): void }).chain({ command: ['nonsense'] });
    await expect(broken.exec()).rejects.toThrow(/EXECABORT/);
    expect(await redis.exists('key')).toBe(0);
  });
});

describe('a script', () => {
  const script = "redis.call('HSET', KEYS[1], 'field', ARGV[1]) return redis.call('HGETALL', KEYS[1])";

  it('is known by its digest once it was loaded', async () => {
    const sha = createHash('sha1').update(script).digest('hex');
    await redis.scriptFlush();
    await expect(redis.evalsha(sha, ['hash'], ['x'])).rejects.toThrow(/NOSCRIPT/);
    expect(await redis.scriptLoad(script)).toBe(sha);
    expect(await redis.evalsha(sha, ['hash'], ['x'])).toEqual(['field', 'x']);
  });

  it('is sent whole only where it is not known', async () => {
    await redis.scriptFlush();
    const prepared = redis.createScript<string[]>(script);
    expect(await prepared.exec(['hash'], ['x'])).toEqual(['field', 'x']);
    expect(await prepared.exec(['hash'], ['y'])).toEqual(['field', 'y']);
  });

  it('fails with its own words', async () => {
    await expect(redis.eval("return redis.error_reply('MINE no')", [], [])).rejects.toThrow(/MINE no/);
  });
});

describe('a time to live', () => {
  it('counts down and ends', async () => {
    await redis.set('key', 'x', { ex: 100 });
    expect(await redis.ttl('key')).toBeGreaterThan(97);
    await skewClock(cloud, 'redis', 99);
    expect(await redis.get('key')).toBe('x');
    await skewClock(cloud, 'redis', 101);
    expect(await redis.get('key')).toBeNull();
  });

  it('is what EXPIRE, PEXPIRE and PERSIST say', async () => {
    await redis.set('key', 'x');
    expect(await redis.ttl('key')).toBe(-1);
    expect(await redis.expire('key', 50)).toBe(1);
    expect(await redis.pttl('key')).toBeGreaterThan(49_000 - 1_000);
    expect(await redis.persist('key')).toBe(1);
    expect(await redis.ttl('key')).toBe(-1);
    expect(await redis.ttl('none')).toBe(-2);
  });

  it('leaves what NX does not set', async () => {
    expect(await redis.set('key', 'first', { nx: true, ex: 60 })).toBe('OK');
    expect(await redis.set('key', 'second', { nx: true })).toBeNull();
    expect(await redis.get('key')).toBe('first');
  });
});

describe('failures', () => {
  it('of the token are reported', async () => {
    await expect(connect({ token: 'guess' }).get('key')).rejects.toThrow(/WRONGPASS/);
  });

  it('of the command are reported', async () => {
    await redis.set('key', 'x');
    await expect(redis.hget('key', 'field')).rejects.toThrow(/WRONGTYPE/);
  });

  it('of the connection are overcome', async () => {
    await inject(cloud, { service: 'redis', effect: 'drop-before', next: 2 });
    expect(await redis.set('key', 'x')).toBe('OK');
    expect(await hits(cloud)).toEqual([2]);
  });
});
