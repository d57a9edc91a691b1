/** A right as a Role holds it. */
export interface GrantedRight {
  readonly verbs: readonly string[];
  readonly group: string;
  readonly resource: string;
}

/** What is to be installed. */
export interface InstallOptions {
  readonly mode: 'daemonset' | 'deployment';
  readonly namespace: string;
  readonly image: string;
  /** What the agent is started with: `--interval`, `30s`. */
  readonly args: readonly string[];
  /** The port of its pages. */
  readonly port: number;
  /** The port of loopback where `--via agent` is answered; null: nowhere. */
  readonly adminProxyPort: number | null;
  /** What it reads and writes in the cluster. */
  readonly rights: readonly GrantedRight[];
  /** What it reads and writes in its own namespace. */
  readonly ownRights: readonly GrantedRight[];
  /** The IAM role of its ServiceAccount (IRSA); null: none, or by Pod Identity. */
  readonly roleArn: string | null;
  /** A PersistentVolumeClaim for rescue copies; null: none. */
  readonly claim: string | null;
  /** Folders it writes to, each a volume that ends with its pod. */
  readonly folders: readonly string[];
  readonly rescueFolder: string | null;
  /** The folder of the node's log files that it reads as root; null: it does not. */
  readonly nodeLogs: string | null;
}
