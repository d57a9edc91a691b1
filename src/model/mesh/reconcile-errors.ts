/** What the controller's words of a failed reconcile mean. */
export interface Translated {
  /**
   * `waits`: for another object, told by that one; `objects`: what the cluster's objects say is at fault; `answer`: App Mesh
   * refused; `call`: App Mesh could not be asked, or what it said is not known.
   */
  readonly kind: 'waits' | 'objects' | 'answer' | 'call';
  readonly cause: string;
  readonly fix: string;
}

interface Entry extends Translated {
  readonly words: RegExp;
}

/** Seen of the controller on a real API server; what was not is read in its source (pkg/references/resolver.go, pkg/<kind>/resource_manager.go). */
const entries: readonly Entry[] = [
  {
    words: /is not active yet/,
    kind: 'waits',
    cause: 'It waits for another object, which App Mesh has not taken.',
    fix: 'Mend the object it waits for.',
  },
  {
    words: /(meshRef|virtualGatewayRef) shouldn't be nil/,
    kind: 'objects',
    cause:
      'It was created while the webhook of the controller was absent, so nobody wrote which mesh or gateway it belongs to.',
    fix: 'Delete it and create it again while the webhook answers: membership is decided at creation only.',
  },
  {
    words: /UID mismatch/,
    kind: 'objects',
    cause: 'The mesh or gateway it belongs to was deleted and created again: it still names the old one.',
    fix: 'Delete it and create it again.',
  },
  {
    words: /failed to resolve (\w+Ref): unable to fetch (\w+): ([^\s:]+)/,
    kind: 'objects',
    cause: 'It names an object that does not exist.',
    fix: 'Correct the name or the namespace of the reference: it is the name of the Kubernetes object, never the AWS name.',
  },
  {
    words: /didn't belong to mesh/,
    kind: 'objects',
    cause: 'It names an object of another mesh.',
    fix: 'Both must be in one mesh: compare the labels of their namespaces with the namespaceSelector of the meshes.',
  },
  {
    words: /ConflictException/,
    kind: 'answer',
    cause: 'App Mesh has one with the same name or the same match already.',
    fix: 'Change its match or its awsName, or delete the other one.',
  },
  {
    words: /LimitExceededException/,
    kind: 'answer',
    cause: 'A quota of App Mesh is reached.',
    fix: 'Delete what is not needed, or have the quota raised.',
  },
  {
    words: /ForbiddenException|AccessDenied|not authorized to perform/,
    kind: 'answer',
    cause: 'The IAM role of the controller may not make this call.',
    fix: 'Allow the action that the text names in the policy of the role of the controller.',
  },
  {
    words: /TooManyRequestsException|Throttling|Rate exceeded/,
    kind: 'answer',
    cause: 'App Mesh is asked too often: the controller tries again more slowly.',
    fix: 'Wait; where it lasts, look for a loop that changes objects again and again.',
  },
  {
    words: /BadRequestException/,
    kind: 'answer',
    cause: 'App Mesh refuses the content: the text says which field.',
    fix: 'Correct the field that the text names.',
  },
  {
    words: /ResourceInUseException/,
    kind: 'answer',
    cause: 'Others still use it.',
    fix: 'Delete what uses it first.',
  },
];

/** Translates the message of a `ReconcileError`; words that are not known are taken for those of a call that failed. */
export function translateReconcileError(message: string): Translated {
  const { kind, cause, fix } = entries.find(({ words }) => words.test(message)) ?? {
    kind: 'call',
    cause: 'The controller could not ask App Mesh, or did not understand its answer.',
    fix: 'Look at the way from the controller to the App Mesh API, and at its credentials.',
  };
  return { kind, cause, fix };
}
