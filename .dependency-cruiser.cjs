/** The import table of the design, enforced: data flows one way, from collect to report. Each rule says why. */

/** Folder → [folders of ours it may import, packages and node modules it may import, why]. */
const table = {
  lib: [[], ['string-width', 'node:util'], 'leaves without domain knowledge'],
  schema: [['lib'], [], 'the seven kinds are data; start-up cannot afford a validator package'],
  snapshot: [['lib'], ['node:crypto', 'node:zlib'], 'what was seen: no I/O, only hashing and packing of bytes'],
  model: [['snapshot', 'schema', 'lib'], [], 'pure: same snapshot, same model'],
  routing: [['model', 'snapshot', 'lib'], ['re2js'], 'the heart: pure, and told of the world by values'],
  traffic: [['routing', 'snapshot', 'lib'], [], 'the fold of log lines: pure, and bounded'],
  diagnose: [
    ['model', 'routing', 'snapshot', 'lib'],
    ['node:crypto', '@marcbachmann/cel-js', 're2js'],
    'pure: same model, same findings and ids; expressions of user rules only',
  ],
  report: [['diagnose', 'routing', 'traffic', 'snapshot', 'lib'], ['node:util'], 'rendering does no I/O'],
  collect: [
    ['snapshot', 'schema', 'lib'],
    [
      ...['yaml', 'modern-tar', '@kubernetes/client-node', 'node:'],
      ...['@aws-sdk/client-cloudwatch', '@aws-sdk/client-s3', '@aws-sdk/client-xray'],
    ],
    'the only way in',
  ],
  rescue: [
    ['routing', 'model', 'snapshot', 'lib'],
    ['yaml', 'node:crypto', 'node:zlib'],
    'pure: a dump in, a configuration out; Envoy is started by cli alone',
  ],
  engine: [
    ['collect', 'snapshot', 'model', 'routing', 'traffic', 'diagnose', 'rules', 'report', 'rescue', 'lib'],
    ['yaml', 'node:worker_threads', 'node:url'],
    'holds everything between bytes and findings',
  ],
  export: [
    ['diagnose', 'traffic', 'lib'],
    ['@opentelemetry/', '@aws-sdk/client-cloudwatch', 'node:'],
    'the way out for machines: it is told values and knows nothing of where they come from',
  ],
  rules: [
    ['diagnose', 'model', 'routing', 'snapshot', 'lib'],
    [],
    'a rule is a pure function; I/O in rules is what we never do',
  ],
  tui: [
    ['engine', 'report', 'routing', 'snapshot', 'diagnose', 'lib'],
    ['ink', 'react'],
    'what a person looks at: it knows of the engine only its client, and types of what that answers',
  ],
  agent: [
    ['engine', 'collect', 'export', 'report', 'diagnose', 'lib'],
    ['node:'],
    'the loop in the cluster: it is told findings and numbers by the engine; of report only what became of findings, else types',
  ],
  install: [['lib'], [], 'manifests are values: who prints them says what the agent may do'],
  demo: [[], [], 'data only'],
};

const ours = (name) => (name === 'rules' ? '^rules/' : `^src/${name}/`);
const forbidden = [
  {
    name: 'no-circular',
    comment: 'a cycle hides which part owns what',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'shipped-code-imports-no-dev',
    comment: 'src/dev and test are not shipped',
    severity: 'error',
    from: { path: '^(src/(?!dev/)|rules/)' },
    to: { path: '^(src/dev/|test/)' },
  },
];
for (const [folder, [folders, packages, why]] of Object.entries(table)) {
  const allowed = [folder, ...folders].map(ours);
  forbidden.push({
    name: `${folder}-imports-of-ours`,
    comment: why,
    severity: 'error',
    from: { path: ours(folder) },
    to: { path: '^(src|rules)/', pathNot: allowed },
  });
  const npm = packages
    .filter((name) => !name.startsWith('node:'))
    .map((name) => `^node_modules/${name.replace(/\/$/, '')}/`);
  forbidden.push({
    name: `${folder}-imports-of-packages`,
    comment: why,
    severity: 'error',
    from: { path: ours(folder) },
    to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'unknown'], pathNot: npm.length > 0 ? npm : ['^$'] },
  });
  const node = packages.filter((name) => name.startsWith('node:')).map((name) => name.slice('node:'.length));
  if (node.includes('')) continue;
  forbidden.push({
    name: `${folder}-imports-of-node`,
    comment: why,
    severity: 'error',
    from: { path: ours(folder) },
    to: { dependencyTypes: ['core'], pathNot: node.length > 0 ? node.map((name) => `^(node:)?${name}$`) : ['^$'] },
  });
}

module.exports = {
  forbidden,
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    doNotFollow: { path: 'node_modules' },
  },
};
