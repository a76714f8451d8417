import type { PlainState } from "../core/codec.ts";
import type { Projected, Projection } from "../profile/projection.ts";
import { type AveragesState, OnlineAverages } from "./online-averages.ts";
import { OnlineCentre } from "./online-centre.ts";
import type { OnlineNull } from "./online-ewma.ts";
import type { OnlineLimits } from "./online-limits.ts";
import { IndependenceStep } from "./online-step.ts";

export interface OnlineAlarmOptions {
  readonly projection: Projection;
  readonly limits: OnlineLimits;
  /** Asked: one false alarm in so many images that are looked at. */
  readonly imagesPerFalseAlarm: number;
}

interface State extends AveragesState {
  readonly version: 1;
  readonly images: number;
  readonly alarms: number;
  readonly alarming: boolean;
  readonly sinceImages: number;
  readonly value: number;
  readonly thinning: number;
  readonly ready: boolean;
  readonly step: PlainState;
  /** Absent in states of before it was learnt. */
  readonly centre?: PlainState;
}

/** An alarm is over when the value falls below this share of the limit. */
const OVER = 0.5;
/** The averages hold images that were too alike when the step grows by more than this, and start anew. */
const STEP_GROWTH = 1.5;

/**
 * Says after every image whether the stream has left the reference, long before a window is full. Three exponentially weighted
 * means of f = phi − c (spans 16, 64, 256), each with the debiased statistic z of drift/online-ewma.ts:
 *
 *     M ← (1 − a)·M + a·f,  a = 2/(span + 1);    value = max over spans of z / limit;    alarm ⇔ value > 1
 *
 * The short span sees large changes within a few images, the long one sees small changes. The limits (drift/online-limits.ts) share one
 * budget of false alarms. Of images that depend on each other only one in three steps is taken (drift/online-step.ts), with limits for
 * imagesPerFalseAlarm/(3·step) of them; until the step is known there is no alarm.
 *
 * An alarm lasts until it is acknowledged or the value falls below one half; then the averages start anew, so that the next
 * false alarm is again imagesPerFalseAlarm away. Images in which nothing was found, also those of an alarm that was acknowledged, join
 * the centre (drift/online-centre.ts), so that the reference's own error does not last. Images are taken alike whatever their sampling weight: the order in which
 * they come is what counts here, not the sum. State: six means and 80 rows of components, whatever the traffic.
 *
 * Worked number: span 16, a = 2/17: after one image M = 0.1176·f; |M|² − Q = 0, since one image has no other to be multiplied with.
 */
export class OnlineAlarm {
  readonly #projection: Projection;
  /** c + a */
  readonly #centre: Float64Array;
  readonly #learnt: OnlineCentre;
  readonly #limits: OnlineLimits;
  #law: OnlineNull;
  #asked: number;
  readonly #step: IndependenceStep;
  readonly #averages: OnlineAverages;
  /** One a span, for the step that the averages are made with. */
  #spanLimits: readonly number[];
  /** Every how manieth image is taken. */
  #thinning = 1;
  #images = 0;
  #alarms = 0;
  #alarming = false;
  #sinceImages = 0;
  #value = 0;
  /** The step was known once. */
  #ready = false;

  constructor({ projection, limits, imagesPerFalseAlarm }: OnlineAlarmOptions) {
    this.#projection = projection;
    this.#centre = projection.toState().centre.slice();
    this.#learnt = new OnlineCentre(this.#centre.length, limits.law);
    this.#law = limits.law;
    this.#limits = limits;
    this.#asked = imagesPerFalseAlarm;
    this.#averages = new OnlineAverages(this.#centre.length);
    this.#step = new IndependenceStep(limits.components);
    this.#spanLimits = limits.at(imagesPerFalseAlarm);
  }

  /** Largest z over its limit; above 1 is an alarm. 0 while the step is unknown. */
  get value(): number {
    return this.#value;
  }

  get alarming(): boolean {
    return this.#alarming;
  }

  /** Since the start, over restarts too. */
  get alarms(): number {
    return this.#alarms;
  }

  /** Images since the alarm began; without one, since the last ended or the first image came. */
  get sinceImages(): number {
    return this.#sinceImages;
  }

  /**
   * How far apart images are independent, as the stream is now; an alarm keeps the thinning that it began with. Undefined when the
   * reference is too small.
   */
  get independence(): IndependenceStep | undefined {
    return this.#limits.usable ? this.#step : undefined;
  }

  /** Every how manieth image is taken; undefined while that is not known, and no alarm possible. */
  get step(): number | undefined {
    return this.#ready ? this.#thinning : undefined;
  }

  /** One false alarm in so many images from now on: how many images come in the time that was asked for is known only by and by. */
  ask(imagesPerFalseAlarm: number): void {
    this.#asked = imagesPerFalseAlarm;
    this.#thin(this.#thinning);
  }

  /** An image whose numbers are not finite is passed over, and every image when the reference is too small for limits. */
  update(projected: Projected): void {
    if (!this.#limits.usable || !Number.isFinite(projected.energy)) return;
    const image = this.#images++;
    this.#sinceImages++;
    this.#step.update(projected.components);
    // What came after the alarm would be judged by what the alarm is about.
    if (!this.#alarming) this.#adoptStep();
    if (image % this.#thinning !== 0) return;
    const offsets = this.#offsetsOf(projected);
    const value = this.#averages.add(offsets, this.#law, this.#spanLimits);
    if (!this.#ready) return;
    this.#value = value;
    if (!this.#alarming && this.#learnt.add(offsets)) this.#moveCentre();
    if (!this.#alarming && value > 1) this.#begin();
    else if (this.#alarming && value < OVER) this.#end();
  }

  /** What came lately is no more to be learnt as being like the reference: a window has found drift. */
  distrust(): void {
    this.#learnt.forget();
  }

  /** Ends an alarm that nothing else confirms and starts the averages anew; while nothing alarms it does nothing. */
  acknowledge(): void {
    if (!this.#alarming) return;
    this.#alarming = false;
    this.#sinceImages = 0;
    this.#restart();
  }

  toState(): PlainState {
    const state: State = {
      version: 1,
      images: this.#images,
      alarms: this.#alarms,
      alarming: this.#alarming,
      sinceImages: this.#sinceImages,
      value: this.#value,
      thinning: this.#thinning,
      ready: this.#ready,
      ...this.#averages.toState(),
      step: this.#step.toState(),
      centre: this.#learnt.toState(),
    };
    return state as unknown as PlainState;
  }

  /** Continues where a state of the same reference ended. Throws a RangeError for another version or shape; nothing is changed then. */
  restore(plain: PlainState): void {
    const state = plain as unknown as State;
    if (state.version !== 1) throw new RangeError(`online alarm of version ${state.version}; this is version 1`);
    if (!this.#averages.fits(state)) throw new RangeError("online alarm of another reference");
    this.#step.restore(state.step);
    if (state.centre !== undefined) this.#learnt.restore(state.centre);
    this.#moveCentre();
    this.#images = state.images;
    this.#alarms = state.alarms;
    this.#alarming = state.alarming;
    this.#sinceImages = state.sinceImages;
    this.#value = state.value;
    this.#ready = state.ready;
    this.#thin(state.thinning);
    this.#averages.restore(state);
  }

  #begin(): void {
    this.#alarming = true;
    this.#alarms++;
    this.#sinceImages = 0;
  }

  /** The alarm went out by itself, so something was there. */
  #end(): void {
    this.acknowledge();
    this.#learnt.forget();
  }

  #adoptStep(): void {
    const { images: step, settled } = this.#step.spacing(this.#thinning);
    this.#ready ||= settled;
    if (step === this.#thinning) return;
    if (step > STEP_GROWTH * this.#thinning) {
      this.#restart();
      this.#learnt.forget();
    }
    this.#thin(step);
  }

  #thin(step: number): void {
    this.#thinning = step;
    this.#spanLimits = this.#limits.at(this.#asked / step, this.#learnt.errorShare);
  }

  #restart(): void {
    this.#averages.restart();
    this.#value = 0;
  }

  #moveCentre(): void {
    const { centre } = this.#projection.toState();
    const { offset } = this.#learnt;
    for (let i = 0; i < offset.length; i++) {
      const moved = centre[i]! + offset[i]! - this.#centre[i]!;
      this.#centre[i]! += moved;
      this.#averages.shift(i, moved);
    }
    this.#law = this.#learnt.law;
    this.#thin(this.#thinning);
  }

  /** phi − c − a */
  #offsetsOf(projected: Projected): Float64Array {
    const features = this.#projection.features(projected);
    for (let i = 0; i < features.length; i++) features[i]! -= this.#centre[i]!;
    return features;
  }
}
