import rule from '../../../rules/targets/sidecar-never-configured.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './sidecar-never-configured.cases.ts';

ruleTable(rule, cases);
