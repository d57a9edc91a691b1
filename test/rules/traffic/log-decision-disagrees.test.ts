import rule from '../../../rules/traffic/log-decision-disagrees.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './log-decision-disagrees.cases.ts';

ruleTable(rule, cases);
