import oasis from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportDocument } from '../../src/report/document.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { filledWith, incident, reportOf, ruleTexts, smallReport, withNote } from '../support/reports.ts';

/** What the tests look at of a log. */
interface Log {
  readonly runs: readonly {
    readonly tool: {
      readonly driver: { readonly rules: readonly { readonly id: string; readonly help: { readonly text: string } }[] };
    };
    readonly invocations: readonly {
      readonly executionSuccessful: boolean;
      readonly toolExecutionNotifications: readonly {
        readonly level: string;
        readonly message: { readonly text: string };
      }[];
    }[];
    readonly results: readonly Result[];
  }[];
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly kind: string;
  readonly level: string;
  readonly locations: readonly Location[];
  readonly relatedLocations?: readonly Location[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly unknown[];
}

interface Location {
  readonly physicalLocation?: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
    readonly region?: { readonly startLine: number; readonly startColumn?: number };
  };
  readonly logicalLocations?: readonly { readonly fullyQualifiedName: string }[];
}

/** The schema of OASIS, as a package carries it. It is of draft 4, whose `id` and `$schema` Ajv does not know. */
const { $schema: _, id: __, ...schema } = oasis;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
ajv.addFormat('uri', (text: string) => URL.canParse(text));
ajv.addFormat('uri-reference', /^[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/);
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const validate = ajv.compile(schema);

function logOf(document: ReportDocument): Log {
  const log = JSON.parse(renderSarif(document, ruleTexts));
  expect(validate(log), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  return log as Log;
}

const resultsOf = (document: ReportDocument): readonly Result[] => logOf(document).runs[0]?.results ?? [];

describe('the SARIF report', async () => {
  const document = await incident(false);

  it('is refused by the schema when something is wrong, so that the checks below mean something', () => {
    const log = JSON.parse(renderSarif(document, ruleTexts));
    log.runs[0].results[0].level = 'fatal';
    expect(validate(log)).toBe(false);
  });

  it('has a result a finding, with its id as fingerprint and its rule described', () => {
    const [run] = logOf(document).runs;
    expect(run?.results.map(({ partialFingerprints }) => partialFingerprints['meshdoctorId/v1'])).toEqual(
      document.findings.map(({ id }) => id),
    );
    for (const { ruleId, ruleIndex } of run?.results ?? []) expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    for (const { help } of run?.tool.driver.rules ?? []) expect(help.text.length).toBeGreaterThan(40);
  });

  it('maps severity to level, and tells standing facts as no fault', () => {
    const levels = new Map(
      resultsOf(withNote(document)).map(({ ruleId, kind, level }) => [ruleId, `${kind} ${level}`]),
    );
    expect(levels.get('node-port-mismatch')).toBe('fail error');
    expect(levels.get('host-rewritten')).toBe('fail note');
    expect(levels.get('prefix-rewritten')).toBe('informational none');
    expect(levels.get('control-plane-disconnected')).toBe('informational none');
  });

  it('points at lines of files, for evidence too, and names objects', () => {
    const [mismatch] = resultsOf(document);
    const at = mismatch?.locations[0];
    expect(at?.physicalLocation).toEqual({
      artifactLocation: { uri: 'test/lab/stories/incident/manifests/payments.yaml' },
      region: { startLine: 28, startColumn: 1 },
    });
    expect(at?.logicalLocations?.[0]?.fullyQualifiedName).toBe('VirtualNode shop/payments');
    const regions = mismatch?.relatedLocations?.map(({ physicalLocation }) => physicalLocation?.region);
    expect(regions).toContainEqual({ startLine: 39, startColumn: 9 });
  });

  it('gives every result an artifact, a page of the bundle where no file is concerned', async () => {
    const fixture = 'test/fixtures/envoy-1.40.0-empty';
    const saved = { configDump: [`${fixture}/config_dump.json`], serverInfo: [`${fixture}/server_info.json`] };
    const none = { clusters: [], listeners: [], stats: [], certs: [], runtime: [] };
    const results = resultsOf(await reportOf({ saved: { ...none, ...saved }, now: '2026-11-24T12:00:00Z' }));
    expect(results.length).toBeGreaterThan(0);
    for (const { locations } of results) {
      expect(locations[0]?.physicalLocation?.artifactLocation.uri).toMatch(/^[\w/.-]+$/);
      expect(locations[0]?.physicalLocation?.artifactLocation.uriBaseId).toBe('BUNDLE');
    }
  });

  it('tells what was not seen and what failed, so that no result is not read as health', () => {
    const { gaps, checks, ...rest } = document;
    const gap = { missing: 'pods of shop', reason: 'denied', remedy: null };
    const broken = checks.map((check, index) => (index === 0 ? { ...check, failed: 'a fault' } : check));
    const [run] = logOf({ ...rest, findings: [], gaps: [...gaps, gap], checks: broken }).runs;
    expect(run?.invocations[0]?.executionSuccessful).toBe(false);
    const said = run?.invocations[0]?.toolExecutionNotifications.map(
      ({ level, message }) => `${level} ${message.text}`,
    );
    expect(said).toContain('note Not seen: pods of shop: denied');
    expect(said).toContain(`error Rule ${checks[0]?.rule} failed, please report this: a fault`);
    expect(said?.some((text) => text.startsWith('note Not evaluated: '))).toBe(true);
  });

  it('carries suppressions', () => {
    const findings = document.findings.map((finding, index) =>
      index === 0
        ? { ...finding, suppressed: { by: 'annotation of GatewayRoute shop/a', reason: 'known', until: null } as const }
        : finding,
    );
    const [first, second] = resultsOf({ ...document, findings });
    expect(first?.suppressions).toEqual([{ kind: 'inSource', status: 'accepted', justification: 'known' }]);
    expect(second?.suppressions).toBeUndefined();
  });

  it('keeps to the schema whatever the world writes', () => {
    const small = smallReport(document);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (word) => {
        logOf(filledWith(small, word));
      }),
      { seed: 7, numRuns: 30 },
    );
    logOf(filledWith(small, '\ud800 \u0000 C:\\a b\\%zz'));
  });
});
