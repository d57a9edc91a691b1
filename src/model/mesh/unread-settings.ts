import { nearest } from '../../lib/nearest.ts';
import type { Pod, Workload } from '../platform/kinds.ts';
import type { Resource } from '../resource.ts';
import { injectorKey } from './injection.ts';
import { meantVariable, podAnnotations, settingPrefix } from './settings.ts';

/** A setting of an object that nothing reads. */
export interface UnreadSetting {
  /** Where it is written: dotted path. */
  readonly path: string;
  /** Of the setting. */
  readonly name: string;
  /** What is wrong with it: a clause. */
  readonly wrong: string;
  /** What to do. */
  readonly instead: string;
}

/** The labels, annotations and environment variables of an object that are nobody's setting, or not in that place. */
export function unreadSettings(object: Resource | Pod | Workload): readonly UnreadSetting[] {
  const { kind } = object.ref;
  const faults: UnreadSetting[] = [];
  const annotationsOf = (at: string, all: Readonly<Record<string, string>>, read: boolean): void => {
    for (const name of Object.keys(all).filter((key) => key.startsWith(settingPrefix))) {
      if (read && podAnnotations.includes(name)) continue;
      faults.push({ path: `${at}.annotations["${name}"]`, name, ...annotationFault(name, kind, read) });
    }
  };
  annotationsOf('metadata', object.annotations, kind === 'Pod');
  if ('podAnnotations' in object) annotationsOf('spec.template.metadata', object.podAnnotations, true);
  faults.push(...labelFaults(object));
  const containers = 'containers' in object ? object.containers : [];
  for (const { name: container, env, path } of containers) {
    for (const name of container === 'envoy' ? Object.keys(env) : []) {
      const meant = meantVariable(name);
      if (meant === null) continue;
      const wrong = `nothing reads the environment variable ${name} of its container envoy`;
      faults.push({ path: `${path}.env`, name, wrong, instead: `Call it ${meant}` });
    }
  }
  return faults;
}

function annotationFault(name: string, kind: string, read: boolean): Omit<UnreadSetting, 'path' | 'name'> {
  if (name === injectorKey && kind === 'Namespace') {
    return { wrong: `${name} is an annotation, where only a label is read`, instead: `Write ${name} as a label` };
  }
  const meant = podAnnotations.includes(name) ? name : nearest(name, podAnnotations);
  const wrong = `nothing reads the annotation ${name}${read ? '' : ` of a ${kind}`}`;
  if (meant === null) return { wrong, instead: `Remove ${name}` };
  return {
    wrong,
    instead: read
      ? `Call it ${meant}`
      : `Write ${meant} as an annotation of the pods: spec.template of what makes them`,
  };
}

/** Labels may be read by selectors, so only those are told that are settings in the wrong place, or nearly one. */
function labelFaults(object: Resource | Pod | Workload): readonly UnreadSetting[] {
  const ofPods = 'podLabels' in object;
  const labels = ofPods ? object.podLabels : object.labels;
  const at = ofPods ? 'spec.template.metadata.labels' : 'metadata.labels';
  const namespace = object.ref.kind === 'Namespace';
  return Object.entries(labels).flatMap(([name, value]): readonly UnreadSetting[] => {
    if (!name.startsWith(settingPrefix)) return [];
    const path = `${at}["${name}"]`;
    if (!namespace) {
      if (!podAnnotations.includes(name)) return [];
      return [
        {
          path,
          name,
          wrong: `${name} is a label, where only an annotation is read`,
          instead: `Write ${name} as an annotation of the pods`,
        },
      ];
    }
    if (name !== injectorKey) {
      if (nearest(name, [injectorKey]) === null) return [];
      return [{ path, name, wrong: `nothing reads the label ${name}`, instead: `Call it ${injectorKey}` }];
    }
    if (value === 'enabled' || value === 'disabled') return [];
    return [
      {
        path,
        name,
        wrong: `its label ${name} is ${JSON.stringify(value)}, and only enabled and disabled are read`,
        instead: `Write ${name}: enabled`,
      },
    ];
  });
}
