import rule from '../../../rules/targets/node-no-ready-endpoint.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './node-no-ready-endpoint.cases.ts';

ruleTable(rule, cases);
