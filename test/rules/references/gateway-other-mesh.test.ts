import rule from '../../../rules/references/gateway-other-mesh.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-other-mesh.cases.ts';

ruleTable(rule, cases);
