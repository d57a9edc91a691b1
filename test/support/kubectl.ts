/** Reads the commands that fixes print, as strictly as a person would type them: what is not understood is refused. */

/** A kubectl command, read. */
export interface Kubectl {
  readonly namespace: string | null;
  readonly verb: string;
  readonly targets: readonly { readonly kind: string; readonly name: string }[];
  /** What stands behind the targets: annotations, a port. */
  readonly rest: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
  readonly patch: unknown;
}

const shortKinds: Readonly<Record<string, string>> = {
  deploy: 'deployment',
  sts: 'statefulset',
  ds: 'daemonset',
  rs: 'replicaset',
  po: 'pod',
  hpa: 'horizontalpodautoscaler',
  pdb: 'poddisruptionbudget',
  ns: 'namespace',
  svc: 'service',
  vpa: 'verticalpodautoscaler',
};

const verbs: Readonly<Record<string, readonly string[]>> = {
  'rollout pause': [],
  patch: ['type', 'p'],
  annotate: ['overwrite'],
  label: ['overwrite'],
  create: ['selector', 'max-unavailable', 'min-available'],
  uncordon: [],
  'port-forward': [],
  delete: [],
  get: ['o'],
};

/** Reads `kubectl …`; throws on anything kubectl would not take, and on verbs that no fix should need. */
export function readKubectl(command: string): Kubectl {
  const words = shellWords(command);
  if (words.shift() !== 'kubectl') throw new Error(`not kubectl: ${command}`);
  let namespace: string | null = null;
  const flags: Record<string, string> = {};
  const plain: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const flag = /^--?([a-z-]+)(?:=(.*))?$/s.exec(word);
    if (!flag) plain.push(word);
    else if (flag[1] === 'n') namespace = words.shift() ?? null;
    else if (flag[1] === 'p' || flag[1] === 'o') flags[flag[1]] = words.shift() ?? '';
    else flags[flag[1] ?? ''] = flag[2] ?? 'true';
  }
  const [first = '', second = ''] = plain;
  const verb = first === 'rollout' ? `${first} ${second}` : first;
  const known = verbs[verb];
  if (!known) throw new Error(`no fix needs kubectl ${verb}`);
  for (const flag of Object.keys(flags)) if (!known.includes(flag)) throw new Error(`${verb} has no flag ${flag}`);
  const { targets, rest } = readTargets(verb, plain.slice(verb.split(' ').length));
  if (targets.length === 0) throw new Error(`no target: ${command}`);
  if (verb === 'patch') {
    if (flags.type !== 'merge' && flags.type !== 'json') throw new Error(`patch of type ${flags.type ?? 'strategic'}`);
    if (rest.length > 0) throw new Error(`patch takes one target: ${command}`);
  }
  const changes =
    (verb === 'annotate' || verb === 'label') && rest.every((word) => /^[\w./-]+(=[\w.-]*|-)$/.test(word));
  if (['annotate', 'label'].includes(verb) && (!changes || rest.length === 0))
    throw new Error(`nothing to set: ${command}`);
  const patch: unknown = flags.p === undefined ? null : JSON.parse(flags.p);
  if (flags.type === 'json' && !Array.isArray(patch)) throw new Error('a JSON patch is a list');
  return { namespace, verb, targets, rest, flags, patch };
}

function readTargets(verb: string, words: readonly string[]): Pick<Kubectl, 'targets' | 'rest'> {
  if (verb === 'uncordon') return { targets: words.map((name) => ({ kind: 'node', name })), rest: [] };
  if (verb === 'port-forward') return { targets: [{ kind: 'pod', name: words[0] ?? '' }], rest: words.slice(1) };
  const [first = '', ...others] = words;
  const slash = first.split('/');
  if (slash.length === 2) return { targets: [{ kind: kindOf(slash[0] ?? ''), name: slash[1] ?? '' }], rest: others };
  const names = others.filter((word) => /^[a-z0-9.-]*[a-z0-9]$/.test(word));
  return { targets: names.map((name) => ({ kind: kindOf(first), name })), rest: others.slice(names.length) };
}

/** `horizontalpodautoscalers.v2.autoscaling`, `hpa` and `horizontalpodautoscaler` are one kind. */
function kindOf(resource: string): string {
  const plain = (resource.split('.')[0] ?? '').toLowerCase();
  const known = shortKinds[plain] ?? plain;
  return known.endsWith('classes') ? known.slice(0, -2) : known.replace(/s$/, '');
}

/** Words as a POSIX shell cuts them; refuses everything that a shell would expand or obey. */
export function shellWords(command: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < command.length; at += 1) {
    const char = command.charAt(at);
    if (char === "'") {
      const end = command.indexOf("'", at + 1);
      if (end < 0) throw new Error(`an open quote: ${command}`);
      word = (word ?? '') + command.slice(at + 1, end);
      at = end;
    } else if (char === '\\') {
      word = (word ?? '') + command.charAt(at + 1);
      at += 1;
    } else if (char === ' ') {
      if (word !== null) words.push(word);
      word = null;
    } else if (/[;&|<>$`"(){}*?!#~\n]/.test(char)) throw new Error(`the shell obeys ${char}: ${command}`);
    else word = (word ?? '') + char;
  }
  if (word !== null) words.push(word);
  return words;
}
