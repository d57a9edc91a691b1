import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactAdmin } from '../../../src/snapshot/envoy/redact-admin.ts';

const canary = 'CANARY4711canary';

/** Where secrets stand in pages; each must vanish, as JSON and as JSON that was cut short. */
const planted: Readonly<Record<string, unknown>> = {
  'added header': { request_headers_to_add: [{ header: { key: 'Authorization', value: `Basic ${canary}` } }] },
  'added raw header': { response_headers_to_add: [{ header: { key: 'x-api-key', raw_value: canary } }] },
  'generic secret': { secret: { generic_secret: { secret: { inline_string: canary } } } },
  'ticket keys': { session_ticket_keys: { keys: [{ inline_bytes: canary }] } },
  'private key by name': { tls_certificate: { private_key: { inline_string: canary }, certificate_chain: {} } },
  'private key by form': { anything: `-----BEGIN EC PRIVATE KEY-----\n${canary}\n-----END EC PRIVATE KEY-----` },
  password: { typed_config: { password: { inline_string: canary } } },
  'client secret': { typed_config: { client_secret: canary } },
  token: { typed_config: { auth: { access_token: canary } } },
  'AWS credentials': {
    credential_provider: { inline_credential: { secret_access_key: canary, session_token: canary } },
  },
  'header match': { match: { headers: [{ name: 'authorization', string_match: { exact: canary } }] } },
  'old header match': { match: { headers: [{ name: 'cookie', exact_match: canary }] } },
  'query match': { match: { query_parameters: [{ name: 'api_key', string_match: { exact: canary } }] } },
  'node metadata': { node: { metadata: { AWS_SESSION_TOKEN: canary, db: { password: canary } } } },
  'struct of secrets': { node: { metadata: { credentials: { user: canary, other: [canary] } } } },
  'environment variable': { source: { environment_variable: canary } },
  'basic auth users': { typed_config: { users: { inline_string: `u:${canary}` } } },
  'command line': { command_line_options: { config_yaml: canary } },
  'URL with password': { uri: `https://user:${canary}@example.com/x` },
  'bearer in a text': { body: { inline_string: `Bearer ${canary}` } },
  'header with a dot': { headers_to_add: [{ header: { key: 'x.token', value: canary } }] },
  'token by form': { body: `see ghp_${canary}${canary}` },
  'runtime value': { entries: { 'my.token': { layer_values: [canary], final_value: canary } } },
};

describe('redactAdmin', () => {
  it.each(Object.entries(planted))('hides: %s', (_name, page) => {
    for (const text of [JSON.stringify(page), JSON.stringify({ configs: [{ deep: page }] }, null, 1)]) {
      const hidden = redactAdmin(text);
      expect(hidden.text).not.toContain(canary);
      expect(Object.values(hidden.redactions).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
      expect(shape(JSON.parse(hidden.text))).toEqual(shape(JSON.parse(text)));
    }
  });

  it.each([
    'added header',
    'generic secret',
    'private key by form',
    'client secret',
    'environment variable',
    'old header match',
  ])('hides in JSON that was cut short: %s', (name) => {
    const text = `{"configs":[${JSON.stringify(planted[name])},{"half":`;
    expect(redactAdmin(text).text).not.toContain(canary);
    const inside = text.slice(0, text.indexOf(canary) + canary.length);
    expect(redactAdmin(inside).text).not.toContain(canary);
  });

  it.each([
    { request_headers_to_add: [{ header: { key: 'x-app-mesh-virtual-service', value: 'cart.shop' } }] },
    { request_headers_to_add: [{ header: { key: 'authorization', value: '%REQ(X-AUTH)%' } }] },
    {
      match: {
        headers: [
          { name: 'x-user', string_match: { exact: 'beta' } },
          { name: 'x-session', exact_match: 'a' },
        ],
      },
    },
    {
      typed_config: { inline_code: 'local token = "lua"', default_source_code: { inline_string: 'function x() end' } },
    },
    { tls_certificate: { certificate_chain: { inline_string: '-----BEGIN CERTIFICATE-----\nabc' } } },
    { private_key: { inline_string: '[redacted]' }, generic_secret: { secret: { inline_bytes: 'W3JlZGFjdGVkXQ==' } } },
    {
      hash_policy: [{ cookie: { name: 'sid', ttl: '0s', path: '/' } }],
      token_bucket: { max_tokens: 5, fill_interval: '1s' },
    },
    { stats: [{ name: 'cluster.session-token.version_text', value: '"v1"' }] },
    { tls_certificate_sds_secret_configs: [{ name: 's', sds_config: { ads: {} } }] },
  ])('keeps %j', (page) => {
    const text = JSON.stringify(page);
    expect(redactAdmin(text)).toEqual({ text, redactions: {} });
  });

  it('hides in a page of a real Envoy 1.40.0 and keeps its form', () => {
    const text = readFileSync(new URL('../../fixtures/envoy-1.40.0-static/config_dump.json', import.meta.url), 'utf8');
    expect(text).toContain('CANARY-hdr');
    const hidden = redactAdmin(text);
    expect(hidden.text).not.toContain('CANARY');
    expect(hidden.text).toContain('cart.shop');
    expect(hidden.text.split('\n')).toHaveLength(text.split('\n').length);
    expect(hidden.redactions).toEqual({ 'secret field': 1, 'header match': 3, 'header value': 3 });
  });

  it('keeps nothing of an HTML page', () => {
    const hidden = redactAdmin(`<!DOCTYPE html><input name="x" value="${canary}">`);
    expect(hidden).toEqual({ text: '<!DOCTYPE html>[redacted]', redactions: { markup: 1 } });
  });

  it('never throws, and hides a second time nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.json(), fc.string(), fc.constantFrom('['.repeat(50_000), '{"token":'.repeat(20_000))),
        (text) => {
          const once = redactAdmin(text);
          expect(redactAdmin(once.text).text).toBe(once.text);
        },
      ),
      { numRuns: 300 },
    );
    expect(redactAdmin(`{"token": "${'\\n'.repeat(6_000_000)}${canary}`).text).not.toContain(canary);
    const nested = `${'{"token":'.repeat(5000)}"${canary}"${'}'.repeat(5000)}`;
    expect(redactAdmin(nested).text).not.toContain(canary);
  });
});

function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape(item)]));
}
