import rule from '../../../rules/traffic/client-disconnects.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './client-disconnects.cases.ts';

ruleTable(rule, cases);
