import rule from '../../../rules/targets/outlier-detection-useless.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './outlier-detection-useless.cases.ts';

ruleTable(rule, cases);
