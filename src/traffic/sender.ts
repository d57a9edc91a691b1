/** Paths that programs ask for which look for holes: no application of a mesh has them. */
const probed =
  /^\/+(?:\.(?:env|git|aws|ssh|svn|ds_store|htaccess|vscode)|wp-|wordpress|xmlrpc\.php|phpmyadmin|pma\b|cgi-bin|boaform|hnap1|vendor\/phpunit|solr\/admin|owa\/|autodiscover|actuator\/(?:env|heapdump|gateway)|\w+\.(?:php|asp|aspx|cgi)$|server-status|console\/|manager\/html|_ignition|druid\/|jenkins|telescope|setup\.cgi)/i;

/** Programs that say of themselves that they scan. */
const scanning = /zgrab|masscan|nmap|nikto|sqlmap|censys|shodan|nuclei|l9explore|internetmeasurement|expanse|zmap/i;

/** Checks of health: of load balancers, the kubelet and monitors. */
const checking =
  /^(?:ELB-HealthChecker|kube-probe|GoogleHC|Envoy\/HC|Amazon-Route53-Health-Check|Consul Health Check|Pingdom|UptimeRobot)/i;

/** What sends a request that is no client of the application; null: nothing says so. */
export function senderOf(path: string, agent: string | undefined): 'scanner' | 'health-check' | null {
  if (agent !== undefined && checking.test(agent)) return 'health-check';
  return probed.test(path) || (agent !== undefined && scanning.test(agent)) ? 'scanner' : null;
}
