import rule from '../../../rules/references/weight-below-hundred.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './weight-below-hundred.cases.ts';

ruleTable(rule, cases);
