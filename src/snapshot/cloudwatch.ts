import { asList, asNumber, asObject, asText, asTextMap, type JsonObject } from '../lib/json.ts';
import type { Place } from './object.ts';

/** The name of a metric: namespace, name and dimensions. */
export interface MetricName {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A metric of CloudWatch with its newest values. */
export interface MetricSeries extends MetricName {
  readonly place: Place;
  /** Oldest first, one a minute. */
  readonly values: readonly { readonly at: string; readonly value: number }[];
}

/** A call that AWS refused. */
export interface RefusedCall {
  readonly place: Place;
  /** The IAM action: `cloudwatch:GetMetricData`. */
  readonly action: string;
  readonly message: string;
}

/** What CloudWatch said. */
export interface CloudWatchView {
  readonly place: Place;
  readonly region: string;
  /** Values of the metrics of load balancers. */
  readonly series: readonly MetricSeries[];
  /** The metrics with the name of a virtual gateway that got a value within three hours; null where that was not told. */
  readonly gatewayMetrics: readonly MetricName[] | null;
  readonly refused: readonly RefusedCall[];
}

/** Reads the document of CloudWatch, made by the source or kept in a bundle. */
export function readCloudWatchView(body: JsonObject, document: string): CloudWatchView {
  const place = (pointer: string): Place => ({ document, pointer });
  return {
    place: place(''),
    region: asText(body.region) ?? '',
    series: asList(body.series).map((item, index) => ({
      ...nameOf(asObject(item)),
      place: place(`/series/${index}`),
      values: asList(asObject(item).values).flatMap((point) => {
        const { at, value } = asObject(point);
        const number = asNumber(value);
        return number === undefined ? [] : [{ at: asText(at) ?? '', value: number }];
      }),
    })),
    gatewayMetrics: Array.isArray(body.gatewayMetrics)
      ? body.gatewayMetrics.map((item) => nameOf(asObject(item)))
      : null,
    refused: asList(body.refused).map((item, index) => ({
      place: place(`/refused/${index}`),
      action: asText(asObject(item).action) ?? '',
      message: asText(asObject(item).message) ?? '',
    })),
  };
}

function nameOf({ namespace, metric, dimensions }: JsonObject): MetricName {
  return { namespace: asText(namespace) ?? '', metric: asText(metric) ?? '', dimensions: asTextMap(dimensions) };
}
