"""Every step of a case, told apart by its action."""

from typing import Annotated

from pydantic import Field

from app.modules.protection.schemas import assessment, measures, steps, transfers

CaseAction = Annotated[
    steps.Acknowledge
    | steps.Assign
    | steps.Reassign
    | steps.Exclude
    | steps.ProposeWeighty
    | steps.ProposeNotWeighty
    | steps.ConfirmWeighty
    | steps.ConfirmNotWeighty
    | steps.CheckReport
    | steps.ConfirmReportCheck
    | steps.RaiseUrgency
    | steps.ProposeLowerUrgency
    | steps.ConfirmLowerUrgency
    | steps.Reopen
    | assessment.RecordContact
    | assessment.RecordFailedAttempt
    | assessment.SkipDirectImpression
    | assessment.Assess
    | assessment.SignAssessment
    | assessment.ConcludeAssessment
    | assessment.ProposeClosing
    | assessment.CloseChildren
    | assessment.Close
    | measures.AgreePlan
    | measures.ReviewProtectionPlan
    | measures.ContinuePlan
    | measures.PlanBroken
    | measures.CallCourt
    | measures.CourtEvent
    | measures.CourtDecided
    | measures.CourtRefrains
    | measures.TakeIntoCustody
    | transfers.PrepareTransfer,
    Field(discriminator="action"),
]
