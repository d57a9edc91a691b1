/** A command line of a verb's `--help`, and what it is for. */
export interface Example {
  readonly command: string;
  readonly why: string;
}

/** What stands under `--help`, by verb. A test runs each, with files of these names and, in the lab, a cluster. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  demo: [
    { command: 'meshdoctor demo', why: 'the bundled incident, as a report' },
    { command: 'meshdoctor demo -o html --output-file incident.html', why: 'the same as a page' },
  ],
  diagnose: [
    { command: 'meshdoctor diagnose vgw/edge -n shop', why: 'one gateway of the current context' },
    { command: 'meshdoctor diagnose --live --path /cart/1 --status 404', why: 'what is wrong with such requests' },
    { command: 'meshdoctor diagnose --live -A -o markdown', why: 'every gateway, for an issue or a pull request' },
    {
      command: 'meshdoctor diagnose --admin http://127.0.0.1:9901 -f manifests',
      why: 'one Envoy that is reached directly, with the manifests it was made of',
    },
    { command: 'meshdoctor diagnose --bundle edge.tar.gz', why: 'what somebody collected elsewhere' },
    { command: 'meshdoctor diagnose -f change.yaml --base manifests', why: 'a change before it is applied' },
  ],
  explain: [
    { command: 'meshdoctor explain http://shop.example.com/cart/1 -n shop', why: 'what the gateway does with it' },
    {
      command: "meshdoctor explain POST http://shop.example.com/orders -H 'x-user: beta' --bundle edge.tar.gz",
      why: 'by what was collected',
    },
    {
      command: 'meshdoctor explain --requests requests.jsonl --coverage -f manifests',
      why: 'many at once, and which routes none of them reached',
    },
  ],
  logs: [
    { command: 'meshdoctor logs access.log --config-dump config_dump.json', why: 'which requests fail, and why' },
    { command: 'meshdoctor logs access.log --status 5xx --by host', why: 'failing ones alone, by host' },
  ],
  collect: [
    { command: 'meshdoctor collect -n shop --output-file edge.tar.gz', why: 'to look at it elsewhere' },
    {
      command: 'meshdoctor collect --admin http://127.0.0.1:9901 --for-rescue --output-file edge.rescue.tar.gz',
      why: 'to start the gateway again from it: keep the file like a key',
    },
  ],
  rescue: [
    { command: 'meshdoctor rescue edge.rescue.tar.gz -o manifests', why: 'a gateway that survives a restart' },
    { command: 'meshdoctor rescue --config-dump config_dump.json', why: 'a static bootstrap from a saved dump' },
  ],
  watch: [
    { command: 'meshdoctor watch -n shop', why: 'the gateways of a namespace, again and again' },
    { command: 'meshdoctor watch --bundle edge.tar.gz', why: 'to walk through what was collected' },
  ],
  status: [
    { command: 'meshdoctor status -A', why: 'every gateway of the current context' },
    { command: 'meshdoctor status --bundle edge.tar.gz -o json', why: 'what was collected, for a program' },
  ],
  rights: [
    { command: 'meshdoctor rights diagnose', why: 'what it reads, and what is lost without' },
    { command: 'meshdoctor rights --check -n shop', why: 'which of it the API server grants' },
  ],
  rules: [
    { command: 'meshdoctor rules', why: 'the catalogue' },
    { command: 'meshdoctor rules gateway-pod-empty', why: 'one page of it' },
  ],
  agent: [
    {
      command: 'meshdoctor agent --kubeconfig ~/.kube/config --mode deployment',
      why: 'to try it outside of a cluster',
    },
  ],
  install: [
    { command: 'meshdoctor install', why: 'a DaemonSet and its rights; pipe it to kubectl apply -f - once read' },
    { command: 'meshdoctor install --mode deployment', why: 'for Fargate and small fleets' },
  ],
  completion: [
    { command: 'meshdoctor completion bash', why: 'read it with: source <(meshdoctor completion bash)' },
    { command: 'meshdoctor completion fish', why: 'write it to ~/.config/fish/completions/meshdoctor.fish' },
  ],
};

/** The lines under a verb's help; none where it has no example. */
export function exampleText(verb: string): string {
  const lines = (examples[verb] ?? []).map(({ command, why }) => `  # ${why}\n  ${command}`);
  return lines.length === 0 ? '' : `\nExamples:\n${lines.join('\n')}\n`;
}
