import rule from '../../../rules/targets/traffic-to-mesh-allow-all.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './traffic-to-mesh-allow-all.cases.ts';

ruleTable(rule, cases);
