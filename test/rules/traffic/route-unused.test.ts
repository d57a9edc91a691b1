import rule from '../../../rules/traffic/route-unused.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './route-unused.cases.ts';

ruleTable(rule, cases);
