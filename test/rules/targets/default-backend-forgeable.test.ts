import rule from '../../../rules/targets/default-backend-forgeable.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './default-backend-forgeable.cases.ts';

ruleTable(rule, cases);
